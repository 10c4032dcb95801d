"""The house rules that tools hold: style, types, layers, templates, migrations, floors."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from icld_portal.management.commands import draw_states

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy", "icld_portal", "partnerships", "finance", "applications"),
        ("lint-imports", "--no-cache"),
        ("djlint", "--lint", "templates", "--quiet"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_the_house_tool_is_content(command):
    name, *arguments = command
    done = subprocess.run([BIN / name, *arguments], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
def test_every_model_change_has_its_migration():
    call_command("makemigrations", "--check", "--dry-run", *own_apps(), verbosity=0)


def test_the_state_diagram_is_drawn_from_the_table_as_it_is():
    assert draw_states.PAGE.read_text(encoding="utf-8") == draw_states.page()


@pytest.mark.parametrize(
    ("package", "floor"),
    [
        ("django", "5.2.19"),
        ("weasyprint", "70.0"),
        ("django-allauth", "65.21.1"),
        ("psycopg", "3.3.9"),
    ],
)
def test_no_package_is_older_than_its_last_security_release(package, floor):
    assert numbers(version(package)) >= numbers(floor)


def test_every_status_and_choice_field_is_held_by_the_database():
    """A field with a closed list needs a constraint, a trigger or a frozen parent."""
    loose = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in own_apps()
        and not model._meta.proxy
        and not model._meta.label.endswith("Event")
        for field in model._meta.get_fields()
        if getattr(field, "choices", None) and not held(model, field.name)
    ]

    assert loose == []


def held(model, name: str) -> bool:
    """Return whether a constraint or trigger of ``model`` mentions the field."""
    rules = [
        str(constraint.condition)
        for constraint in model._meta.constraints
        if hasattr(constraint, "condition")
    ]
    rules += [str(vars(trigger)) for trigger in getattr(model._meta, "triggers", [])]
    return any(name in rule for rule in rules)


def own_apps() -> list[str]:
    return ["icld_portal", "partnerships", "finance", "applications"]


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))
