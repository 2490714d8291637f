"""Each component declares what it takes."""

from house import PACKAGE, short

COTTON = PACKAGE / "web" / "templates" / "cotton"


def test_each_component_declares_its_props():
    undeclared = [
        short(path) for path in sorted(COTTON.rglob("*.html")) if "<c-vars" not in path.read_text(encoding="utf-8")
    ]
    assert undeclared == []


def test_templates_hold_no_inline_script_or_style():
    inline = [
        short(path)
        for path in sorted(PACKAGE.rglob("*.html"))
        if any(
            sign in path.read_text(encoding="utf-8")
            for sign in ("<style", ' style="', "onclick=", "onload=", "javascript:", "<script>")
        )
    ]
    assert inline == []
