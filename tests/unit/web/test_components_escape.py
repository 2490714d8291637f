"""Components show what they are given, never run it, and do not inherit what an outer one was given."""

import pytest
from django.template import Context, Template
from django_cotton.compiler_regex import CottonCompiler

HOSTILE = "\"><script>alert(1)</script> 'x'"


def rendered(source, **context):
    return Template(CottonCompiler().process(source)).render(Context({"x": HOSTILE, **context}))


@pytest.mark.parametrize(
    "source",
    [
        '<c-row :title="x" href="{{ x }}" when="{{ x }}">{{ x }}</c-row>',
        '<c-chip sign="dot" href="{{ x }}">{{ x }}</c-chip>',
        '<c-button name="{{ x }}" :value="x" hx-get="{{ x }}">{{ x }}</c-button>',
        '<c-field name="a" :label="x" :value="x" :hint="x" :error="x" placeholder="{{ x }}" />',
        '<c-field name="a" rows="3" :value="x" />',
        '<c-choice name="a" :value="x" :title="x" :why="x" :n="x" data-x="{{ x }}" />',
        '<c-choice name="a" :value="x" :title="x" mono="1" />',
        '<c-copy :text="x" :what="x" />',
        '<c-value :text="x" />',
        '<c-callout :title="x" />',
        '<c-empty :title="x" :why="x" :act="x" :href="x" />',
        '<c-section :title="x" :remark="x" id="{{ x }}">{{ x }}</c-section>',
        '<c-fact :term="x" :detail="x">{{ x }}</c-fact>',
        '<c-tlp :level="x" />',
        '<c-entry :when="x" :who="x">{{ x }}</c-entry>',
        '<c-paste :label="x" :value="x" :hint="x" />',
        '<c-pager :shown="x" :total="x" :next="x" />',
    ],
)
def test_a_component_escapes_whatever_it_is_given(source):
    shown = rendered(source)
    assert "<script" not in shown.lower()


def test_a_component_does_not_take_the_props_of_the_one_around_it():
    shown = rendered('<c-section title="Outer" id="o"><c-section>inner</c-section></c-section>')
    assert shown.count("Outer") == 1
    assert shown.count('id="o"') == 1


def test_the_loosest_level_is_shown_though_its_number_is_zero():
    assert 'data-tlp="clear"' in rendered('<c-tlp :level="level" />', level=0)
    assert rendered('<c-tlp :level="level" />', level=None).strip() == ""


def test_a_field_tells_its_reason_and_its_error_to_a_screen_reader():
    shown = rendered('<c-field name="net" label="Network" hint="Why" error="Write it so" />')
    assert 'aria-describedby="net-hint net-error"' in shown
    assert 'aria-invalid="true"' in shown


def test_a_bound_field_is_shown_as_it_was_typed():
    from django import forms

    class Reason(forms.Form):
        reason = forms.CharField(label="Why must it go?", max_length=3, help_text="Kept in the log")

    shown = rendered('<c-field :bound="form.reason" rows="2" />', form=Reason({"reason": "កុំចុច"}))
    assert 'name="reason"' in shown
    assert "កុំចុច</textarea>" in shown
    assert "Why must it go?" in shown
    assert "Kept in the log" in shown
    assert 'id="id_reason-error"' in shown


def test_a_password_is_never_sent_back():
    assert "secret" not in rendered('<c-field name="p" type="password" value="secret" />')
