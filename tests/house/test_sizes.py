"""A file is a room and a function a screen: what outgrows them is a question of design."""

from house import PACKAGE, ROOT, functions, python_files, short

LONGEST_FUNCTION = 60
LONGEST_FILE = 400
MOST_PARAMETERS = 6


def test_functions_fit_a_screen():
    too_long = [
        f"{short(path)}:{node.lineno} {node.name} {node.end_lineno - node.lineno + 1}"
        for path in python_files(PACKAGE, ROOT / "tests", ROOT / "bench")
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert too_long == []


def test_functions_take_few_parameters():
    too_many = [
        f"{short(path)}:{node.lineno} {node.name}"
        for path in python_files()
        if "cli" not in path.parts  # a command's options are its parameters
        for node in functions(path)
        if len(
            [
                a
                for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
                if a.arg not in {"self", "cls", "now"}
            ]
        )
        > MOST_PARAMETERS
    ]
    assert too_many == []


def test_files_stay_rooms():
    looked_at = [
        *python_files(PACKAGE, ROOT / "tests", ROOT / "bench"),
        *PACKAGE.rglob("*.html"),
        *(PACKAGE / "web" / "static" / "mitra").rglob("*.css"),
    ]
    too_long = [
        f"{short(path)} {lines}"
        for path in looked_at
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert too_long == []
