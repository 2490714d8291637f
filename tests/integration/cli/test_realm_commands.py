"""`mitra realm`: what is made is listed after the real one, and a name that deceives is refused in one line."""

import pytest


def test_a_realm_is_made_and_listed_after_the_real_one(home, ask, mitra):
    assert ask("realm", "list") == [{"number": 0, "name": "real"}]
    assert ask("realm", "new", "ຊ້ອມ ២០២៦") == [{"number": 1, "name": "ຊ້ອມ ២០២៦"}]
    assert ask("realm", "new", "ซ้อมแผน") == [{"number": 2, "name": "ซ้อมแผน"}]
    assert [one["number"] for one in ask("realm", "list")] == [0, 1, 2]
    assert [line.rstrip() for line in mitra("realm", "list").out.splitlines()[1:]] == [
        "0       real",
        "1       ຊ້ອມ ២០២៦",
        "2       ซ้อมแผน",
    ]
    assert mitra("realm", "new", "Diễn tập").out == "Realm 3: Diễn tập\n"


@pytest.mark.parametrize("name", ["", "a\u202eb", "x" * 201])
def test_a_realm_says_what_is_wrong_in_one_line(home, mitra, ask, name):
    said = mitra("realm", "new", name)
    assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert ask("realm", "list") == [{"number": 0, "name": "real"}]
