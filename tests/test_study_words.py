"""What is said of studies in words follows their tests, and says no more."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.statistics import Observation
from benchmarks.study.cells import Cell
from benchmarks.study.endpoints import choose
from benchmarks.study.findings.answer import headline_words, paragraph
from benchmarks.study.findings.beside import beside_the_answer
from benchmarks.study.findings.page import page
from benchmarks.study.findings.page_by_setting import page_by_setting
from benchmarks.study.findings.page_in_full import page_in_full
from benchmarks.study.findings.quoted import PublishedRun, Quoted, read_quoted
from benchmarks.study.findings.settings import settings
from benchmarks.study.loaded import Study
from benchmarks.study.overturned import EXPLAINS, LEAVES
from benchmarks.study.presets import PRESETS
from benchmarks.study.report.advice import Advice, advice
from benchmarks.study.report.compared import against_answers, contrasts_of
from benchmarks.study.report.compute import compute_table
from benchmarks.study.report.contrasts import Contrast, corrected, init_rate, of_one_init
from benchmarks.study.report.reached import mean_over_rates
from benchmarks.study.report.summary import answers_alone
from benchmarks.study.report.tables import RATES_AS_GOOD, THE_HEADLINE, UNDECIDED, trained_on_table
from benchmarks.tables import Table, interval, percent, signed
from tests.test_study_report import of_a_grid, study


def test_words_tell_what_each_way_learned_and_how_few_runs_part_of_it_rests_on() -> None:
    grid, chosen = dict[tuple[str, str], float](), of_a_grid(0.7, 0.6, 0.4)
    for rate in ("5e-5", "1e-4", "2e-4", "5e-4"):
        first = rate == "5e-4"
        grid |= {
            (f"sft-{rate}", "rule_ood"): 0.6 if first else 0.2,
            (f"rl-{rate}", "rule_ood"): 0.4 if first else 0.5,
            (f"sft-{rate}", "in"): 0.8,
            (f"rl-{rate}", "in"): 0.6,
        }
    found = [
        replace(one, suite="gp-vl")  # which has four seeds
        for made in (study("grid-chosen", chosen, seeds=6), study("grid", grid, seeds=4))
        for one in contrasts_of(made, "lm-working", retained=False)[0]
        if one.topic == ("a" if made.preset.name == "grid-chosen" else "b")
    ]
    said = advice(corrected(found))
    text = paragraph(said)
    assert "compared in 1 case, " in text
    assert "copying came out ahead in 1." in text
    assert "in no case are both shown to be right less often." in text  # Nothing is known.
    assert "training runs" not in text
    (half_way,) = beside_the_answer(said)
    assert (
        "equal learning rates: of 1 case, reinforcement is ahead in 1 and copying in 0" in half_way
    )
    assert half_way.endswith(
        "the way that is ahead has learned less of the trained rule. This rests on 4 training "
        "runs each."
    )
    seeds = [replace(one.contrast.estimate, seeds=n) for one, n in zip(said, (6, 3))]
    few = [
        replace(one, contrast=replace(one.contrast, test=replace(one.contrast.test, estimate=e)))
        for one, e in zip(said, seeds)
    ]
    few[1] = replace(few[1], contrast=replace(few[1].contrast, topic="a", policy="mlp"))
    assert paragraph(few).endswith(
        "Some of this rests on 3 training runs each, and other runs may come out differently."
    )
    (told,) = settings(said)
    assert "copying came out ahead, with 60.0 % right" in told
    assert "the other way round: 30.0 % after copying and 47.5 % after reinforcement" in told
    assert "Under the trained rule these reach 80.0 % and 60.0 %" in told
    (headline,) = (one for one in said if one.contrast.topic == "a" and one.contrast.shift)
    others = [one for one in said if one is not headline]
    ahead = replace(headline.contrast, p=0.01)
    within = replace(ahead, shift="", rates=(0.9, 0.7))
    (told,) = settings([replace(headline, contrast=ahead, within=within)])
    assert "But under the trained rule" not in told
    opposite = replace(ahead.estimate, value=-ahead.estimate.value)
    within = replace(within, test=replace(ahead.test, estimate=opposite))
    (told,) = settings([replace(headline, contrast=ahead, within=within)])
    assert "But under the trained rule it is 70.0 % after copying and 90.0 % after" in told
    wide = replace(headline.contrast.test, estimate=replace(ahead.estimate, low=-0.2, high=0.2))
    last = Advice("shift", "not decided", "", "", replace(ahead, topic="c", p=0.5, test=wide), None)
    (told,) = settings([headline, last])
    assert told.endswith(
        " That lead is not shown at the end of training: 60.0 % after copying and 40.0 % after "
        "reinforcement."
    )
    undecided = replace(headline.contrast, p=0.5, test=wide)
    (told,) = settings([*advice([undecided]), last])
    assert "not shown" not in told
    (told,) = settings([*advice([undecided]), *others])
    assert "there are too few runs to say, with 60.0 % right" in told
    assert (
        "But at half of the compute and equal learning rates, reinforcement is ahead: 30.0 %"
        in told
    )


def test_the_paragraph_tells_where_what_is_as_good_has_not_gained() -> None:
    wide = replace(headline().estimate, value=-0.05, low=-0.2, high=0.02)
    test = replace(headline().test, estimate=wide, p_value=0.5)
    one = replace(headline(), test=test, p=0.5)
    for own, told in ((0.2, True), (0.21, False)):
        within = replace(one, shift="", column="in", rates=(0.5, own), init=0.2)
        text = paragraph(advice([one, within]))
        assert "copying was about as good or better in 1." in text
        assert ("In 1 of 1 case where a way was about as good or better" in text) is told


def test_the_page_answers_in_one_paragraph_one_figure_and_one_table() -> None:
    text = page(read_quoted())
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    titles = [section.partition("\n")[0] for section in sections]
    assert titles == ["In one paragraph", "In one figure", "In one table"]
    answer = sections[0].partition("\n")[2].strip()
    assert "\n" not in answer
    assert len(answer.split()) < 240
    assert text.count("![") == 1
    assert len(re.findall(r"^\| ---", text, re.MULTILINE)) == 1


def test_the_paragraph_says_where_neither_way_is_better_everywhere() -> None:
    made = study("grid-chosen", of_a_grid(0.5, 0.6, 0.3), seeds=6)
    said = advice(corrected(contrasts_of(made, "lm-working", retained=False)[0]))
    (headline,) = (one for one in said if one.contrast.topic == "a" and one.contrast.shift)
    estimate = replace(headline.contrast.estimate, value=0.3, low=0.2)
    turned = replace(headline.contrast.test, estimate=estimate)
    other = replace(headline.contrast, suite="virl-l", test=turned)
    within = replace(headline.contrast, shift="")
    ahead = Advice("shift", "reinforcement", "", "", other, within)
    text = paragraph([headline, ahead])
    assert "Neither way is better everywhere" in text
    assert "reinforcement came out ahead in 1; copying came out ahead in 1." in text
    assert "it had learned less of the trained rule. " in text
    assert "Neither way" not in paragraph([headline])
    assert "No published run answers that yet" in paragraph([])
    assert beside_the_answer([]) == []


@cache
def headline(seeds: int = 6) -> Contrast:
    """Return (a) of a grid where SFT is 30 points ahead under the shifted rule."""
    told = of_a_grid(0.5, 0.6, 0.3) | {("init", "in"): 0.2}
    told |= {(arm, "in"): 0.9 for arm in ("sft-5e-4", "rl-5e-4")}
    made = study("grid-chosen", told, seeds=seeds)
    found = corrected(contrasts_of(made, "lm-working", retained=False)[0])
    (one,) = (c for c in found if c.topic == "a" and c.shift == "rule")
    return one


def of_seeds(one: Contrast, *values: float) -> Contrast:
    """Return a contrast that is found, with a difference for each seed."""
    estimate = replace(one.estimate, seeds=len(values), by_seed=dict(enumerate(values)))
    return replace(one, p=0.001, test=replace(one.test, estimate=estimate))


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (-0.02, 0.02, "the two came out about equal in 1."),
        (-0.02, 0.2, "reinforcement was about as good or better in 1."),
        (-0.2, 0.02, "copying was about as good or better in 1."),
        (-0.2, 0.2, "there are too few runs to say in 1."),
    ],
)
@pytest.mark.parametrize("p", [0.5, 0.001])
def test_what_is_not_shown_is_read_from_its_interval_on_both_sides(
    low: float, high: float, told: str, p: float
) -> None:
    # Four seeds that differ tell nothing over seeds, whatever the bootstrap finds.
    middle, far = (low + high) / 2, (high - low) / 4
    one = of_seeds(headline(), middle - far, middle + far, middle - far, middle + far)
    estimate = replace(one.estimate, value=middle, low=low, high=high)
    one = replace(one, p=p, test=replace(one.test, estimate=estimate))
    assert one.is_found == (p < 0.05)
    assert not one.is_firm
    assert told in paragraph(advice([one]))


def test_where_both_forget_nearly_all_neither_pays() -> None:
    made = study("grid-chosen", of_a_grid(0.5, 0.0, 0.1), seeds=6)
    said = advice(corrected(contrasts_of(made, "lm-working", retained=False)[0]))
    (one,) = (one for one in said if one.contrast.topic == "a" and one.contrast.shift)
    assert one.verdict == "forgotten"
    assert one.says.endswith(
        "both methods forget nearly all, 50.0 % before, 10.0 % at most after either."
    )
    assert "both forgot nearly all of the other rule in 1." in paragraph(said)
    # Who is just above the floor has little to forget.
    (near,) = advice([replace(one.contrast, start=0.16)])
    assert near.verdict == "reinforcement"
    (floor,) = advice([replace(one.contrast, start=0.1)])
    assert floor.verdict == "floor"


def test_the_paragraph_counts_in_how_many_comparisons_a_smaller_rate_kept_more() -> None:
    one = headline()
    rates = [
        replace(one, topic="rate", p=p, test=replace(one.test, estimate=estimate))
        for p, estimate in (
            (0.001, replace(one.estimate, value=0.3, low=0.2, high=0.4)),
            (0.001, replace(one.estimate, value=-0.3, low=-0.4, high=-0.2)),
            (0.5, replace(one.estimate, value=0.3, low=-0.2, high=0.4)),
        )
    ]
    text, *_ = beside_the_answer(advice([one, *rates]))
    assert text.endswith("than with the largest in 1 of 3 comparisons, and less in 1.")
    within = replace(rates[1], shift="", p=0.001)
    slower = [replace(told, within=within) for told in advice([one, *rates])]
    (text, *_) = beside_the_answer(slower)
    assert text.endswith("Where it keeps more it has learned less of the trained rule.")


def test_what_could_be_taught_stands_beside_what_is_new() -> None:
    values = {"init": (0.7, 0.2, 0.4, 0.5), "sft-5e-4": (0.9, 0.3, 0.4, 0.6)}
    values |= {"rl-5e-4": (0.8, 0.1, 0.4, 0.3)}
    columns = ("in_train", "in", "ood_train", "rule_ood")
    rates = {
        ("lm-working", arm, column): SimpleNamespace(
            estimate=replace(headline().estimate, value=value, low=0.0, high=1.0)
        )
        for arm, told in values.items()
        for column, value in zip(columns, told)
    }
    one: Any = SimpleNamespace(
        name="Card game: small language model with working",
        policy="lm-working",
        study=SimpleNamespace(preset=PRESETS["gp-l"]["grid-chosen"]),
        results=SimpleNamespace(rate=lambda *place: rates.get(place)),
    )
    table = trained_on_table([one])
    assert table is not None
    assert [row[1] for row in table.rows] == ["init", "SFT 5e-4", "RL 5e-4"]
    assert table.rows[1][2:] == [f"{rate} [0.0, 100.0]" for rate in (90.0, 30.0, 40.0, 60.0)]
    text = page_by_setting(Quoted(contrasts=(headline(),), trained_on=table))
    assert (
        "on hands that could be taught: 70.0 % before, 90.0 % after copying and 80.0 % after "
        "reinforcement; on new hands: 20.0 % before, 30.0 % after copying and 10.0 % after "
        "reinforcement (Card game: small language model with working, at the end of training)."
    ) in text
    assert table.markdown().rstrip() in text
    assert "earned by heart" not in page_by_setting(Quoted(contrasts=(headline(),)))
    del rates["lm-working", "init", "in"], rates["lm-working", "sft-5e-4", "in_train"]
    del rates["lm-working", "rl-5e-4", "rule_ood"]
    assert trained_on_table([one]) is None


def test_chosen_arms_are_compared_after_half_of_the_compute_too() -> None:
    told = of_a_grid(0.5, 0.6, 0.3)
    made = study("grid-chosen", told, seeds=6)
    for arm in ("sft-5e-4", "rl-5e-4"):
        # The last point is chosen.
        cell = made.cells["lm-working", arm, 1, "in_validation", "success"]
        cell.played = {key: replace(one, value=0.0) for key, one in cell.played.items()}
    chosen, _ = contrasts_of(made, "lm-working", retained=False)
    assert "after 50 % of the compute" in {one.about for one in chosen if one.topic == "budget"}


def test_the_mean_over_rates_is_an_endpoint_where_all_rates_are_measured() -> None:
    def half_way(arms: dict[tuple[str, str], float]) -> list[str]:
        found, _ = contrasts_of(study("grid", arms), "lm-working", retained=False)
        return [one.topic for one in found if "half of the compute" in one.about and one.shift]

    told = {("init", "rule_ood"): 0.5}
    for rate in ("5e-5", "1e-4", "2e-4", "5e-4"):
        assert half_way(told) == []
        told |= {(f"{method}-{rate}", "rule_ood"): 0.4 for method in ("sft", "rl")}
    assert half_way(told) == ["b"]


def test_a_choice_is_made_on_the_seeds_that_all_arms_have() -> None:
    made = study("grid", {("sft-5e-5", "in_validation"): 0.5, ("sft-1e-4", "in_validation"): 0.6})
    cells = made.cells
    easy = cells["lm-working", "sft-5e-5", 1, "in_validation", "success"]
    # The other arm has not got to seed 2 yet, where this one is right everywhere.
    easy.played = {
        k: replace(o, value=1.0 if o.seed == 2 else o.value) for k, o in easy.played.items()
    }
    for point in (1, 2):
        other = cells["lm-working", "sft-1e-4", point, "in_validation", "success"]
        other.played = {k: o for k, o in other.played.items() if o.seed != 2}
    chosen = choose(made.played("lm-working"), ["sft-5e-5", "sft-1e-4"], 2)
    assert (chosen.arm, chosen.validation) == ("sft-1e-4", pytest.approx(0.6))


@pytest.mark.parametrize(
    ("values", "quantile"), [((0.0, 0.0, 0.08, 0.0), 3.18), ((0.0, 0.0, 0.1, 0.0, 0.0), 2.78)]
)
def test_what_seeds_leave_open_is_not_as_good(values: tuple[float, ...], quantile: float) -> None:
    one = replace(of_seeds(headline(), *values), suite="gp-vl")  # declared with four seeds
    estimate = replace(one.estimate, value=0.02, low=-0.003, high=0.058)
    one = replace(one, p=0.5, test=replace(one.test, estimate=estimate))
    assert one.bounds[0] == pytest.approx(0.02 - quantile * 0.02, abs=0.001)
    assert "there are too few runs to say in 1." in paragraph(advice([one]))


@pytest.mark.parametrize(
    ("values", "firm"),
    [
        ((-0.3, -0.31, -0.29, -0.3), True),
        ((-0.9, -0.02, -0.01, -0.02), False),
        # A bootstrap of seeds that all point one way is sure whatever their spread.
        ((-0.9, -0.02, -0.01, -0.3, -0.01), False),
        ((-0.3, -0.31, -0.29, -0.3, -0.3), True),
    ],
)
def test_words_tell_what_a_test_over_seeds_finds_too(values: tuple[float, ...], firm: bool) -> None:
    one = replace(of_seeds(headline(), *values), suite="gp-vl")  # declared with four seeds
    assert one.is_found
    assert one.is_firm is firm
    text = paragraph(advice([one]))
    assert ("copying came out ahead in 1." in text) is firm
    assert ("there are too few runs to say in 1." in text) is not firm
    assert not replace(one, p=0.2).is_firm


def test_words_have_the_last_point_and_other_shifts_where_they_tell_something_else() -> None:
    one = headline()
    wide = replace(one.test, estimate=replace(one.estimate, high=0.2))
    undecided, last = replace(one, p=0.5, test=wide), replace(one, topic="c")
    look = replace(one, shift="look", column="visual_ood", rates=(0.2, 0.8), family="further")
    (told,) = settings(advice([undecided, last, look]))
    assert "there are too few runs to say" in told
    assert "But at the end of training, copying is ahead: 60.0 % after copying" in told
    assert told.endswith(
        " At the points that validation chose, it is 80.0 % under another look after copying and "
        "20.0 % after reinforcement."
    )
    # What is about as good or better may be better elsewhere.
    (told,) = settings(advice([replace(one, p=0.5), last]))
    assert "copying was about as good or better" in told
    assert "And at the end of training, copying is ahead" in told
    (told,) = settings(advice([one, last, replace(look, p=0.5)]))
    assert "at the end of training" not in told
    assert "another look" not in told


def test_studies_that_left_cities_out_are_not_told_setting_by_setting() -> None:
    one = headline()
    city = replace(one, topic="c", preset="quick-cv", family="further")
    assert settings(advice([city, one])) == settings(advice([one]))


def test_beside_grids_other_presets_are_not_counted() -> None:
    grid, _ = contrasts_of(
        study("grid-chosen", of_a_grid(0.5, 0.6, 0.3), seeds=6), "lm-working", retained=False
    )
    (last,) = (one for one in grid if one.topic == "c" and one.shift == "rule")
    quick = replace(last, preset="quick", policy="mlp")
    assert "compared in 1 case, " in headline_words(advice(corrected([*grid, quick])))
    assert "compared in 1 case, " in headline_words(advice(corrected([quick])))
    elsewhere = replace(quick, suite="virl-l", metric="step_accuracy")
    assert "compared in 2 cases, " in headline_words(advice(corrected([*grid, quick, elsewhere])))
    # On the page of all comparisons it is none of the declared endpoints.
    text = page_in_full(Quoted(contrasts=tuple(corrected([*grid, quick]))))
    endpoints, _, own = text.partition("## The last points of presets without validation")
    assert f"| {last.setting} | (c) last point |" in endpoints
    assert quick.setting not in endpoints
    own, _, others = own.partition("## What else was compared")
    assert f"| {quick.setting} | (c) last point |" in own
    assert "quick" not in others


def test_the_page_in_full_has_other_looks_with_their_picture() -> None:
    table = Table("Card game in images: CNN, quick. Success", ["policy", "0"], [["cnn", "25.7"]])
    text = page_in_full(Quoted(looks={"gp-vl-quick-cnn": table}))
    assert "](images/looks-gp-vl-quick-cnn.png)\n\n**Card game in images: CNN, quick." in text
    assert "Other looks" not in page_in_full(Quoted())


def test_words_tell_what_was_added_or_lost_since_the_start() -> None:
    one = headline()
    forgets = [replace(one, topic="init", about=f"{arm} against the init") for arm in ("SFT", "RL")]
    said = advice([one, *forgets])
    assert "In no case is either way shown to generalise" in headline_words(said)
    assert "in 1 case both are shown to be right less often." in headline_words(said)
    gain = replace(one.estimate, value=0.3, low=0.2, high=0.4)
    gains = replace(forgets[0], test=replace(one.test, estimate=gain))
    assert "In 1 case a way is shown to generalise" in headline_words(advice([one, gains]))
    assert "in no case are both shown to be right less often." in headline_words(
        advice([one, gains, forgets[1]])
    )
    assert headline_words([]) == "No published run answers that yet."


def test_a_gain_that_correction_takes_away_is_told() -> None:
    one = headline()
    gain = replace(one.estimate, value=0.3, low=0.2, high=0.4)
    made = replace(one, topic="init", first="SFT 1e-4", family="further")
    made = replace(made, test=replace(one.test, estimate=gain), p=0.5)
    told = "\n".join(beside_the_answer(advice([one, made, replace(made, suite="virl-l")])))
    assert (
        "The largest gain under the other rule is +30.0 points [+20.0, +40.0], by copying "
        f"({one.setting}). It is not significant once corrected together with the other "
        "undeclared comparisons (2)."
    ) in told
    shown = replace(made, p=0.01)
    # Of few seeds that differ a test over seeds alone finds nothing; correction has found it.
    unsure = of_seeds(shown, 0.05, 0.55)
    assert shown.is_firm
    assert unsure.is_found
    assert not unsure.is_firm
    for gained in (shown, unsure):
        assert "largest gain" not in "\n".join(beside_the_answer(advice([one, gained])))


def test_words_say_where_equal_validation_is_not_equal_success() -> None:
    one = headline()
    equal = replace(one, topic="equal", p=0.5)
    within = replace(equal, shift="", column="in", rates=(0.7, 0.9), p=0.001)
    told = "\n".join(beside_the_answer(advice([one, equal, within])))
    assert (
        "At points where both have learned about as much of the trained rule, by validation: of 1 "
        "case, neither way is shown ahead in any. In 1 of these, tests of the trained rule show "
        "one ahead."
    ) in told
    (said,) = settings(advice([one, equal, within]))
    assert "Under the trained rule these reach 90.0 % and 70.0 %." in said
    told = "\n".join(beside_the_answer(advice([one, equal, replace(within, p=0.5)])))
    assert "tests of the trained rule" not in told


def test_the_paragraph_says_whether_a_lead_is_shown_elsewhere() -> None:
    one = headline()
    doubt = " confirmed by all other comparisons of the two."
    assert doubt not in paragraph(advice([one, replace(one, topic="b")]))
    tied = replace(one, topic="tied", p=0.5, family="further")
    assert f"That lead is not{doubt}" in paragraph(advice([one, tied]))
    # A lead on fewer seeds than the headline is told with their number.
    (told,) = settings(
        advice([replace(one, p=0.5), replace(of_seeds(tied, 0.4, 0.4, 0.4), p=0.001)])
    )
    assert "(3 training runs)" in told
    (told,) = settings(advice([one, tied]))
    assert (
        "not shown on average over all rates and points that tie for best on validation: 60.0 %"
        in told
    )
    two = replace(one, policy="lm")
    assert f"1 of 2 leads is not{doubt}" in paragraph(advice([one, tied, two]))
    assert f"Neither lead is{doubt}" in paragraph(
        advice([one, tied, two, replace(tied, policy="lm")])
    )
    # Another comparison may even show the opposite.
    turned = replace(one, topic="b", rates=one.rates[::-1])
    difference = replace(one.estimate, value=0.4, low=0.3, high=0.5)
    turned = replace(turned, test=replace(one.test, estimate=difference))
    assert f"That lead is not{doubt[:-1]}, and another shows the opposite." in paragraph(
        advice([one, turned])
    )
    others = [two, replace(tied, policy="lm")]
    assert "of the two, and for 1 of them another shows the opposite." in paragraph(
        advice([one, turned, *others])
    )


def test_the_mean_over_equally_good_rates_and_points_is_compared_too() -> None:
    rates = {("init", "rule_ood"): 0.5}
    for arm in ("sft-5e-5", "sft-2e-4", "rl-5e-5", "rl-2e-4"):
        rates |= {(arm, "rule_ood"): 0.6, (arm, "in_validation"): 0.9}
    made = study("grid", rates)
    cells = made.cells
    for (_, arm, point, column, _), cell in cells.items():
        if column == "in_validation" and (arm[-4:], point) not in {("5e-5", 1), ("2e-4", 2)}:
            cell.played = {key: replace(one, value=0.0) for key, one in cell.played.items()}
    last = cells["lm-working", "sft-2e-4", 2, "rule_ood", "success"]
    last.played = {key: replace(one, value=0.0) for key, one in last.played.items()}

    def tied() -> list[Contrast]:
        found, chosen = contrasts_of(made, "lm-working", retained=False)
        assert {(one.arm[-4:], one.point) for one in chosen.values()} == {("5e-5", 1)}
        return [one for one in found if one.topic == "tied"]

    (one,) = tied()
    own = cells["lm-working", "sft-5e-5", 1, "rule_ood", "success"].estimate(2).value
    assert one.rates[1] == pytest.approx(own / 2)
    for arm in ("sft-2e-4", "rl-2e-4"):
        worse = cells["lm-working", arm, 2, "in_validation", "success"]
        worse.played = {key: replace(one, value=0.0) for key, one in worse.played.items()}
    assert tied() == []


def test_a_setting_is_told_and_judged_by_one_rate_of_its_init() -> None:
    one = headline()
    more = replace(one.estimate, seeds=one.estimate.seeds + 1)
    last = replace(one, topic="c", init=0.4, test=replace(one.test, estimate=more))
    own = [one, last, replace(last, topic="b", init=0.1)]
    assert init_rate(own) == 0.4
    assert init_rate([]) is None
    assert {each.init for each in of_one_init(own)} == {0.4}
    # Of the episodes that are compared it may be off the declared range where it is not of all.
    off = replace(one, start=0.12, init=0.16)
    assert [each.verdict for each in advice([off])] == ["imitation"]
    assert [each.verdict for each in advice([replace(off, start=0.16, init=0.12)])] == ["floor"]
    (told,) = settings(advice([one, last]))
    assert "(40.0 % before)" in told


_CONTROLS = {THE_HEADLINE: "", "none": "at this rate too", "RL with KL": EXPLAINS}
_CONTROLS |= {"GRPO": LEAVES, "DFT": UNDECIDED}


def test_pages_say_which_rule_is_easier_and_where_no_control_was_run() -> None:
    one = headline()
    within = replace(one, shift="", column="in", start=0.2)
    run = PublishedRun(folder="a", command="b", seeds=6)
    header = ["setting", "control", "what it does"]
    found = Quoted(runs=(run,), contrasts=(one, within), controls=Table("", header, []))
    assert (
        "agents are right more often under it than under the trained rule in 1"
        in page_by_setting(found)
    )
    told = (
        f"No control was run in these cases with a lead in (a) chosen by validation: {one.setting}."
    )
    assert told in page_in_full(found)
    harder = found.model_copy(update={"contrasts": (one, replace(within, start=0.9))})
    assert "Before training" not in page_by_setting(harder)
    rows = [[one.setting, name, does] for name, does in _CONTROLS.items()]
    controlled = found.model_copy(update={"controls": Table("", header, rows)})
    assert "No control was run" not in page_in_full(controlled)
    assert (
        "2 controls had a lead to overturn, and 1 did so. For 1 control there was none, in the "
        "case or at the learning rate of controls, so they show nothing. They were run in: "
        f"{one.setting}."
    ) in page_by_setting(controlled)
    nothing = [row for row in rows if row[2] in ("", UNDECIDED)]
    without = found.model_copy(update={"controls": Table("", header, nothing)})
    assert "reverse it? For 1 control there was none, in the case or at" in page_by_setting(without)
    both = [replace(one, topic=topic) for topic in "bc"]
    for of, told in (
        (found, f"No control was run in these cases with a lead in (c) last point: {one.setting}."),
        (
            controlled,
            f"not compared with (b), a mean over rates. (b) shows a lead in: {one.setting}.",
        ),
    ):
        late = page_in_full(of.model_copy(update={"contrasts": (one, within, *both)}))
        assert told in late
    assert "a lead in (c) last point" not in late


def test_a_share_is_told_one_way_whatever_its_last_digits() -> None:
    # The mean of 20,350 of 100,000 and what is left of it after rounding.
    for value in (0.2035, np.nextafter(0.2035, 1), np.nextafter(0.2035, 0)):
        assert percent(value) == "20.4"
        assert interval(value, value, value) == "20.4 [20.4, 20.4]"
        assert signed(-value) == "\u221220.4"


def test_the_mean_over_rates_is_of_episodes_that_all_rates_played() -> None:
    preset = PRESETS["gp-l"]["grid"]
    cells = {
        ("sft-5e-5", 1, "in"): {(0, n): Observation(0, "a", float(n == 0)) for n in range(3)},
        ("sft-1e-4", 1, "in"): {(0, n): Observation(0, "a", 1.0) for n in range(2)},
        ("rl-1e-4", 1, "in"): {(0, 0): Observation(0, "a", 0.5)},
    }
    means = mean_over_rates(cells, preset.policies["lm-working"], preset)
    assert means == {
        ("sft", 1, "in"): {(0, 0): Observation(0, "a", 1.0), (0, 1): Observation(0, "a", 0.5)},
        ("rl", 1, "in"): {(0, 0): Observation(0, "a", 0.5)},
    }


def answering(made: Study) -> Study:
    """Return the same study of a policy that answers alone, and is right less often."""
    asked = made.preset.policies["lm-working"].model_copy(update={"working": None})
    cells = {}
    for (_, stage, point, column, metric), cell in made.cells.items():
        played = {
            key: replace(one, value=float(one.value and key[1] < 8))
            for key, one in cell.played.items()
        }
        cells["lm", stage, point, column, metric] = Cell(played, {})
    preset = made.preset.model_copy(update={"policies": {"lm": asked}})
    return replace(made, preset=preset, cells=cells)


def test_working_is_compared_with_answers_alone_on_the_same_episodes() -> None:
    made = study("grid-chosen", of_a_grid(0.5, 0.6, 0.3), seeds=6)
    alone = answering(made)
    assert answers_alone(made, "lm-working", [made, alone]) == (alone, "lm")
    assert answers_alone(made, "lm-working", [made]) is None
    assert answers_alone(alone, "lm", [made, alone]) is None
    _, chosen = contrasts_of(made, "lm-working", retained=False)
    by_sft, by_rl = against_answers(made, "lm-working", chosen, alone, "lm", retained=False)
    assert (by_sft.first, by_sft.second) == ("SFT 5e-4", "SFT 5e-4, answers alone")
    assert by_sft.rates == pytest.approx((0.6, 0.2))
    assert by_rl.rates == pytest.approx((0.3, 0.2))
    (said, _) = advice(corrected([by_sft, by_rl]))
    assert (said.topic, said.verdict) == ("data", "found")
    assert said.says.startswith("SFT from an init with working against one with answers alone, ")
    # Other hands under the same numbers are no pairs.
    cells = {
        place: Cell({key: replace(one, cluster="x") for key, one in cell.played.items()}, {})
        for place, cell in alone.cells.items()
    }
    other = replace(alone, cells=cells)
    assert against_answers(made, "lm-working", chosen, other, "lm", retained=False) == []


def test_the_page_says_how_often_validation_could_have_chosen_otherwise() -> None:
    rows = [
        ["a", "SFT", "SFT 5e-5", "1 of 2", "60.0 [50.0, 70.0]", within]
        for within in ("4 of 4", "2 of 4", "")
    ]
    choices = Table("What validation chose", [*"abcde", RATES_AS_GOOD], rows)
    told = page_by_setting(Quoted(contrasts=(headline(),), choices=choices))
    assert " In 1 of 2 choices, validation shows no other rate to be worse" in told
    assert "could have chosen differently" not in page_by_setting(Quoted(contrasts=(headline(),)))


def test_tests_of_several_suites_are_corrected_together_too() -> None:
    one = replace(headline(), test=replace(headline().test, p_value=0.004))
    several = corrected([one, replace(one, suite="virl-l", policy="lm")])
    assert all(each.is_found for each in several)
    told = page_by_setting(Quoted(contrasts=tuple(several)))
    # 0.004 is found among nine tests, and not among eighteen.
    assert "The 18 declared tests are corrected by Holm, suite by suite. Of the 2 that are " in told
    assert "significant, none remain so when all suites are corrected together." in told
    sure = [replace(each, test=replace(each.test, p_value=0.001)) for each in several]
    told = page_by_setting(Quoted(contrasts=tuple(corrected(sure))))
    assert "significant, all remain so when all suites are corrected together." in told
    assert "suite by suite" not in page_by_setting(Quoted(contrasts=tuple(several[:1])))

    def of_p(*p_values: float) -> str:
        tested = [
            replace(each, test=replace(each.test, p_value=p)) for each, p in zip(several, p_values)
        ]
        return page_by_setting(Quoted(contrasts=tuple(corrected(tested))))

    assert "suite by suite. None is significant." in of_p(0.5, 0.5)
    assert "The one that is significant remains so when all suites" in of_p(0.001, 0.5)
    assert "The one that is significant does not remain so when all" in of_p(0.004, 0.5)


def test_what_methods_had_spent_is_told() -> None:
    made = study("grid", {("init", "rule_ood"): 0.5})
    whole = made.preset.policies["lm-working"].arm_flops
    made.flops["lm-working", "init", 0] = [1e11, 2e11]
    for arm, shares in (("sft-5e-5", (0.5, 1.0)), ("rl-5e-5", (1.25, 1.25))):
        for point, share in enumerate(shares, 1):
            made.flops["lm-working", arm, point] = [1e11 + share * whole, 2e11 + share * whole]
    one: Any = SimpleNamespace(study=made, policy="lm-working", title="the grid", is_part=False)
    table = compute_table([one])
    assert table is not None
    assert table.rows == [
        ["the grid", "SFT", "50.0", "50.0", "100.0", "2 of 2"],
        ["the grid", "RL", "125.0", "125.0", "125.0", "1 of 2"],
    ]
    said = page_by_setting(Quoted(contrasts=(headline(),), compute=table))
    assert "copying has spent 100.0 % of it, reinforcement 125.0 %." in said
    assert "by reinforcement in the grid; of its 2 points 1 are distinct" in said
    one.is_part = True
    assert compute_table([one]) is None
