"""An answer is parted from what it answers, in any language; where it stands between the lines it stays."""

import pytest

from mitra.messages.letters.markup import text_of
from mitra.messages.letters.quoting import part_quoted

ANSWER = "We look into it."


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, 2 Mar 2026 at 09:58, Mitra <mitra@hub.example> wrote:\n> Look.",
        "On Mon, 2 Mar 2026 at 09:58, Mitra <mitra@hub.example>\nwrote:\n\n> Look.\n>\n> Now.",
        "เมื่อ จ. 2 มี.ค. 2026 เวลา 09:58 Mitra <mitra@hub.example> เขียนว่า:\n> Look.",
        "Vào Th 2, 2 thg 3, 2026 vào lúc 09:58 Mitra <mitra@hub.example> đã viết:\n> Look.",
        "Mitra <mitra@hub.example> 于2026年3月2日周一 09:58写道：\n> Look.",
        "> Look.\n\n> Now.",
        "-----Original Message-----\nFrom: x\nLook.",
        "-------- ข้อความต้นฉบับ --------\nLook.",
        "________________________________\nFrom: Mitra <m@hub.example>\nSent: 2 March 2026\nTo: Anan\n\nLook.",
        "จาก: Mitra <m@hub.example>\nส่ง: 2 มีนาคม 2569\nถึง: Anan\nเรื่อง: x\n\nLook.",
        "Từ: Mitra <m@hub.example>\nĐã gửi: 2 tháng 3 2026\nĐến: An\n\nLook.",
        "Dari: Mitra <m@hub.example>\nTerkirim: 02 Maret 2026\nKepada: Budi\n\nLook.",
        "De: Mitra <m@hub.example>\nEnviada: 2 de março de 2026\nPara: Ana\n\nLook.",
        "发件人: Mitra <m@hub.example>\n发送时间: 2026年3月2日\n收件人: 李\n\nLook.",
    ],
)
def test_what_is_answered_is_put_aside(quoted):
    assert part_quoted(f"{ANSWER}\n\n{quoted}", "Re: x") == (ANSWER, quoted)


def test_an_answer_below_what_it_answers_is_found():
    assert part_quoted(f"On 2 Mar 2026 Mitra wrote:\n> Look.\n\n{ANSWER}", "Re: x") == (
        ANSWER,
        "On 2 Mar 2026 Mitra wrote:\n> Look.",
    )


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("> Is it yours?\nYes.\n> Is it up?\nNo.", "Re: x"),
        ("Please see below.\n\nFrom: Anan <a@b.example>\nSent: 2 March 2026\nTo: Budi\n\nLook.", "Fwd: x"),
        ("From: my desk\nI write to you.", "x"),
        ("---------- Forwarded message ---------\nFrom: Anan <a@b.example>", "x"),
        ("The following:\n1. a\n2. b", "x"),
    ],
)
def test_what_says_nothing_without_the_rest_stays_whole(text, subject):
    assert part_quoted(text, subject) == (text, "")


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>a<br>b</p><p>c", "a\nb\nc"),
        ("a<style>x</style>b<script>if (a < b) {}</script>c<!-- d > -->e<title>t</title>", "abce"),
        ("a &lt;b&gt; &amp;amp; &#3585; &#99999999999999999999; 1 < 2", "a <b> &amp; ก \ufffd 1 < 2"),
        ("x<blockquote>y<blockquote>z</blockquote></blockquote>w", "x\n> y\n> > z\nw"),
        ("<ul><li>a</li><li>b</li></ul>", "• a\n• b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ('<a href="https://evil.example/?a=1&amp;b">Log in</a>', "Log in <https://evil.example/?a=1&b>"),
        ('<a href="https://a.example/">https://a.example</a> <a href="javascript:x">b</a>', "https://a.example b"),
        ("a<script>b", "a"),
        ("a<!--b", "a"),
        ("a<b", "a"),
        ("  a \n\n b  ", "a b"),
    ],
)
def test_a_page_is_read_aloud(page, text):
    assert text_of(page) == text
