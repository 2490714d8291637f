"""Write what was measured last where docs/make.py makes a page of it, and the plots beside the other pictures.

A bench that was not run since keeps what is published of it.
"""

import json
from statistics import median

import node
from figures import Figure
from run import BENCHES, RESULTS
from targets import target_of

PAGE = node.ROOT / "docs" / "reference" / "performance.json"
PICTURES = node.ROOT / "docs" / "pictures"


def write():
    published = json.loads(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {"benches": [], "soak": None}
    benches = {bench["name"]: bench for bench in published["benches"]}
    for file in sorted(RESULTS.glob("*.json")):
        facts = json.loads(file.read_text(encoding="utf-8"))
        if file.stem == "soak":
            published["soak"] = {key: said for key, said in facts.items() if key != "samples"}
        elif file.stem in {bench.name for bench in BENCHES}:
            benches[file.stem] = {
                **{key: facts[key] for key in ("name", "date", "commit", "machine")},
                "runs": [published_run(facts["name"], run) for run in facts["runs"]],
                "pictures": pictures_of(file.stem),
            }
    if published["soak"]:
        published["soak"]["pictures"] = pictures_of("soak")
    published["benches"] = [benches[bench.name] for bench in BENCHES if bench.name in benches]
    PAGE.write_text(json.dumps(published, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{PAGE.relative_to(node.ROOT)}; now make docs")


def published_run(bench, run):
    figures = [row_of(bench, Figure(**figure)) for figure in run["figures"]]
    return {**{key: run[key] for key in ("command", "seconds", "load")}, "figures": figures}


def row_of(bench, figure):
    target = target_of(bench, figure)
    return {
        "name": figure.name,
        "unit": figure.unit,
        "ours": summary(figure.ours),
        "bare": summary(figure.bare),
        "bare_is": figure.bare_is,
        "part": figure.part and round(figure.part, 3),
        "target": target and target.words,
        "is_met": target and target.is_met(figure),
    }


def summary(rates):
    """Return median, lowest and highest, as short as they are certain."""
    return [float(f"{rate:.4g}") for rate in (median(rates), min(rates), max(rates))] if rates else None


def pictures_of(name):
    """Copy the plots of a bench to the other pictures; return their names."""
    copied = []
    for file in sorted(RESULTS.glob(f"{name}-*.svg")):
        copied.append(f"bench-{file.name}")
        (PICTURES / copied[-1]).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return copied
