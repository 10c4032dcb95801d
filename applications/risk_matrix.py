"""The risks of a case as a picture: probability upwards, consequence to the right."""

from collections.abc import Sequence
from dataclasses import dataclass

from applications.models import Risk

STEPS = range(1, 6)
# Side of a square in the units of the picture, and where a figure stands in it.
SIZE, MIDDLE, BASELINE = 40, 20, 25
# Probability times consequence.
LOW_UP_TO, MEDIUM_UP_TO = 4, 9


@dataclass(frozen=True)
class Cell:
    """One square: its place in the picture, how grave it is, and the numbers of its risks."""

    x: int
    y: int
    grade: str
    numbers: str

    @property
    def middle_x(self) -> int:
        """Where the numbers stand, sideways."""
        return self.x + MIDDLE

    @property
    def middle_y(self) -> int:
        """The line the numbers stand on."""
        return self.y + BASELINE


@dataclass(frozen=True)
class MatrixRow:
    """The five squares of one probability."""

    probability: int
    cells: list[Cell]

    @property
    def middle(self) -> int:
        """The line its own figure stands on."""
        return self.cells[0].middle_y


@dataclass(frozen=True)
class Matrix:
    """The whole picture, the highest probability on top; ``places`` says the same in figures."""

    rows: list[MatrixRow]
    places: list[tuple[int, int, int]]

    @property
    def steps(self) -> list[tuple[int, int]]:
        """The steps of the consequence with where each stands, sideways."""
        return [(step, (step - 1) * SIZE + MIDDLE) for step in STEPS]


def grade(probability: int, consequence: int) -> str:
    """Return "low", "medium" or "high"."""
    product = probability * consequence
    if product <= LOW_UP_TO:
        return "low"
    return "medium" if product <= MEDIUM_UP_TO else "high"


def matrix_of(risks: Sequence[Risk]) -> Matrix | None:
    """Return the picture of ``risks``, numbered in their order; None when there are none."""
    places = [
        (number, risk.probability, risk.consequence) for number, risk in enumerate(risks, start=1)
    ]
    if not places:
        return None
    rows = [
        MatrixRow(probability, [_cell(probability, consequence, places) for consequence in STEPS])
        for probability in reversed(STEPS)
    ]
    return Matrix(rows, places)


def _cell(probability: int, consequence: int, places: Sequence[tuple[int, int, int]]) -> Cell:
    here = [str(number) for number, *place in places if place == [probability, consequence]]
    return Cell(
        x=(consequence - 1) * SIZE,
        y=(STEPS[-1] - probability) * SIZE,
        grade=grade(probability, consequence),
        numbers=", ".join(here),
    )
