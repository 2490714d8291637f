"""`mitra share`, `lookup`, `export`: the lines that machines read, and the exit codes that scripts test."""

import csv
import json
from datetime import UTC, datetime, timedelta

import pytest

from exchange_node import indicator
from mitra.community import queries as community
from mitra.core.stix.markings import TLP2_IDS

AS_TH = ("--as", "cert-th")
VALUE = "c2-1.bad-domain-1.com"


def written(*objects):
    return "".join(json.dumps(obj, ensure_ascii=False) + "\n" for obj in objects).encode()


@pytest.fixture
def share(home, ask):
    """Share objects as ThaiCERT, at GREEN unless said otherwise; return what was said."""

    def run(*objects, terms=("--tlp", "green")):
        return ask("share", "-", *AS_TH, *terms, given=written(*objects))

    return run


def test_share_says_a_line_for_what_was_not_accepted_and_totals_last(share):
    assert share(indicator(1)) == [{"accepted": 1, "duplicate": 0, "held": 0, "refused": 0}]

    held = indicator(2, pattern="[ipv4-addr:value = '8.8.8.8']")
    *lines, totals = share(indicator(1), held, {"type": "indicator"}, indicator(3))

    assert totals == {"accepted": 1, "duplicate": 1, "held": 1, "refused": 1}
    told = {line["line"]: line for line in lines}
    assert all(set(line) == {"id", "line", "outcome", "reason", "path"} for line in lines)
    assert [(told[at]["id"], told[at]["outcome"]) for at in (1, 2, 3)] == [
        (indicator(1)["id"], "duplicate"),
        (indicator(2)["id"], "held"),
        ("", "refused"),
    ]
    assert told[2]["reason"] == ("8.8.8.8 is a public DNS resolver: whoever blocks it cuts off people who did nothing.")
    assert told[3]["path"] == "/pattern"


def test_share_tells_a_person_the_same(home, mitra):
    said = mitra("share", "-", *AS_TH, given=written(indicator(1), {"type": "indicator", "id": "x"}))
    assert (said.code, said.err) == (0, "")
    refused, totals = said.out.splitlines()
    assert refused.startswith("refused    x  line 2  ")
    assert totals == "1 accepted, 0 duplicate, 0 held, 1 refused"


def test_share_takes_several_files_and_goes_on_behind_one_that_cannot_be_read(home, mitra, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(written(indicator(1)))
    bad.write_bytes(b"nothing")

    said = mitra("share", bad, tmp_path / "missing", good, *AS_TH, "--json")

    assert (said.code, said.values) == (0, [{"accepted": 1, "duplicate": 0, "held": 0, "refused": 0}])
    assert [line.split(":")[:2] for line in said.err.splitlines()] == [
        ["mitra", f" {bad}"],
        ["mitra", f" {tmp_path / 'missing'}"],
    ]


def test_share_is_0_when_everything_was_refused_and_2_when_nothing_could_be_read(home, mitra):
    assert mitra("share", "-", *AS_TH, given=b'{"type":"nothing"}').code == 0
    said = mitra("share", "-", *AS_TH, "--json", given=b"")
    assert (said.code, said.values) == (2, [{"accepted": 0, "duplicate": 0, "held": 0, "refused": 0}])
    assert said.err == "mitra: -: There is nothing here to read.\n"


@pytest.mark.parametrize("level", ["amber+strict", "AMBER+STRICT", "TLP:AMBER+STRICT", "amber-strict"])
def test_a_level_is_read_as_people_write_it(share, ask, level):
    share(indicator(1), terms=("--tlp", level, "--circle", "financial", "--pap", "pap:green"))
    assert ask("lookup", VALUE, "--as", "cert-kh")[0]["known"] is True
    assert ask("lookup", VALUE, "--as", "cert-vn")[0]["known"] is False


@pytest.mark.parametrize(
    ("terms", "code", "sentence"),
    [
        (
            ("--tlp", "purple"),
            1,
            "--tlp 'purple' is not a level: choose one of clear, green, amber, amber+strict, red.",
        ),
        (("--pap", "white"), 1, "--pap 'white' is not a level: choose one of clear, green, amber, red."),
        (("--circle", "nowhere"), 1, None),
        (
            ("--embargo", "soon"),
            1,
            "--embargo 'soon' is not an instant with a zone: write it as 2026-11-26T09:00+07:00.",
        ),
        (("--embargo", "2030-01-01T00:00"), 1, None),
        (("--embargo", "2020-01-01T00:00Z"), 1, "The embargo ends in the past: choose a later hour, or none."),
        (("--tlp", "red"), 1, "TLP:RED is shared by a person signed in on the web, not by a machine or a command."),
    ],
)
def test_terms_that_cannot_be_are_one_line_and_share_nothing(home, mitra, terms, code, sentence):
    said = mitra("share", "-", *AS_TH, *terms, given=written(indicator(1)))
    assert (said.code, said.out) == (code, "")
    assert len(said.err.splitlines()) == 1
    assert sentence is None or said.err == f"mitra: {sentence}\n"
    assert mitra("lookup", VALUE, *AS_TH).out == f"{VALUE}: not known\n"


def test_a_circle_that_is_not_ones_own_answers_as_one_that_is_not_there(home, mitra):
    def err(name):
        terms = ("--as", "cert-vn", "--circle", name)
        return mitra("share", "-", *terms, given=written(indicator(1))).err.replace(name, "*")

    assert err("financial") == err("nowhere")


def test_a_suspended_organisation_shares_nothing(home, mitra):
    assert mitra("org", "standing", "cert-th", "suspended").code == 0
    said = mitra("share", "-", *AS_TH, given=written(indicator(1)))
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("mitra: Your organisation is suspended")


def test_an_organisation_that_is_not_there_is_one_line(home, mitra):
    for words in (("share", "-", "--as", "x"), ("export", "--as", "x"), ("lookup", "a.example", "--as", "x")):
        said = mitra(*words, given=written(indicator(1)))
        assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)


def test_an_embargo_keeps_it_with_its_owner(share, ask):
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    share(indicator(1), terms=("--tlp", "green", "--embargo", later))
    assert [ask("lookup", VALUE, "--as", slug)[0]["known"] for slug in ("cert-th", "cert-kh")] == [True, False]


def test_an_organisation_goes_by_its_stix_id_too(share, ask):
    share(indicator(1))
    stix_id = community.get_organisation("cert-kh").stix_id
    assert ask("lookup", VALUE, "--as", stix_id) == ask("lookup", VALUE, "--as", "cert-kh")


def test_lookup_says_a_line_a_value(share, ask, tmp_path):
    share(indicator(1))
    file = tmp_path / "values.txt"
    file.write_text("hxxp://c2-1[.]bad-domain-1[.]com/x\n\nunknown.example\n")

    exact, url, unknown = ask("lookup", VALUE, "--file", file, "--as", "cert-kh")

    (record,) = exact.pop("records")
    assert exact == {"value": VALUE, "known": True}
    assert datetime.fromisoformat(record.pop("since")).tzinfo is not None
    assert record == {"id": indicator(1)["id"], "type": "indicator", "shared_by": "ThaiCERT"}
    assert (url["known"], url["records"][0]["id"]) == (True, indicator(1)["id"])
    assert unknown == {"value": "unknown.example", "known": False, "records": []}


def test_lookup_without_an_organisation_sees_what_the_public_sees(share, ask):
    share(indicator(1))
    share(indicator(2), terms=("--tlp", "clear"))
    assert [one["known"] for one in ask("lookup", VALUE, "c2-2.bad-domain-2.com")] == [False, True]


def test_lookup_of_nothing_is_2(home, mitra, tmp_path):
    empty, foreign = tmp_path / "empty", tmp_path / "foreign"
    empty.write_bytes(b"\n\n")
    foreign.write_bytes(b"\xff\xfe\x00")
    for words in ((), ("--file", empty), ("--file", foreign), ("--file", tmp_path / "missing"), ("--file", tmp_path)):
        said = mitra("lookup", *words)
        assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)


def test_export_as_stix_is_a_bundle_of_what_machines_read(share, mitra):
    share(indicator(1), indicator(2))
    share(indicator(3), terms=())

    said = mitra("export", "--as", "cert-kh")

    whole = json.loads(said.out)
    assert (said.code, whole["type"]) == (0, "bundle")
    green = {"object_marking_refs": [TLP2_IDS["TLP:GREEN"]]}
    *objects, definition = whole["objects"]
    assert objects == [{**indicator(number), **green} for number in (1, 2)]
    assert definition["id"] == TLP2_IDS["TLP:GREEN"]


def test_export_as_csv_is_a_table_of_values(share, mitra):
    share(indicator(1, name="=cmd()"))

    said = mitra("export", "--as", "cert-kh", "--format", "csv")

    (row,) = csv.DictReader(said.out.splitlines())
    assert (row["value"], row["kind"], row["name"], row["tlp"], row["shared_by"]) == (
        VALUE,
        "domain-name",
        "'=cmd()",
        "TLP:GREEN",
        "ThaiCERT",
    )


def test_export_in_an_unknown_format_is_refused(home, mitra):
    said = mitra("export", "--as", "cert-kh", "--format", "yara")
    assert (said.code, said.out) == (1, "")
    assert said.err == "mitra: The format 'yara' is not known: choose csv or stix.\n"


def test_check_says_what_it_looked_at(share, ask):
    share(indicator(1), indicator(2))
    (said,) = ask("check")
    assert said["faults"] == []
    assert all(count >= 0 for count in said["checked"].values())
    assert said["checked"]
    assert ask("check", "--mend") == [said | {"mended": 0}]


def test_what_a_file_says_steers_nobodys_terminal(home, mitra):
    said = mitra("share", "-", *AS_TH, given=b"value,type\n\x1b]0;owned\x07\xe2\x80\xae1.2.3.4,x\n")
    assert (said.code, "refused" in said.out) == (0, True)
    assert not {"\x1b", "\x07", "\u202e"} & {*said.out, *said.err}
