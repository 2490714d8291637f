"""A text's language is told by its script, only where the script decides."""

import pytest

from mitra.web.scripts import language_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ข้อความปลอมในนามธนาคาร", "th"),
        ("ຢ່າກົດລິ້ງ", "lo"),
        ("កុំចុចតំណ", "km"),
        ("လင့်ခ်ကို မနှိပ်ပါနှင့်", "my"),
        ("Tin nhắn giả danh ngân hàng", "vi"),
        ("Jangan tekan pautan", ""),
        ("Señor Café", ""),
        ("", ""),
        ("SMS ปลอม, កុំចុច", "th"),
    ],
)
def test_the_first_script_that_decides_names_the_language(text, code):
    assert language_of(text) == code
