from __future__ import annotations

from ef_engine.model.document import read_forecast, to_document
from ef_engine.model.forecast_set import scenarios
from tests.model.documents import changed, forecast_set, set_document


def test_scenarios_are_the_product_of_the_choices_the_first_varying_fastest() -> None:
    names = [name for name, _ in scenarios(forecast_set())]
    assert names == ["Core | A | C", "Core | B | C", "Core | A | D", "Core | B | D"]


def test_a_scenario_has_the_base_items_and_those_its_options_select() -> None:
    members = dict(scenarios(forecast_set()))
    memos = [item.memo for item in members["Core | B | C"].budget_items]
    assert memos == ["salary income", "cinema", "car old", "trip far"]


def test_a_scenario_is_labelled_with_its_name_after_the_sets_label() -> None:
    base_only = changed(set_document(), ("label",), "")
    alone = changed(base_only, ("base", "label"), "")
    labels = [scenarios(forecast_set(each))[0][1].label for each in (set_document(), base_only, alone)]
    assert labels == ["what if: Core | A | C", "plans: Core | A | C", "Core | A | C"]


def test_without_choices_there_is_only_the_core() -> None:
    [(name, member)] = scenarios(forecast_set(changed(set_document(), ("choices",), [])))
    assert (name, len(member.budget_items)) == ("Core", 2)


def test_every_scenario_is_a_valid_forecast() -> None:
    for _, member in scenarios(forecast_set()):
        assert read_forecast(to_document(member)) == member


def test_options_of_one_choice_may_select_the_same_item() -> None:
    document = changed(set_document(), ("choices", 0, "options", 1, "memo_regexes"), ["^car"])
    members = dict(scenarios(forecast_set(document)))
    assert [item.memo for item in members["Core | B | D"].budget_items[2:]] == ["car new", "car old", "trip near"]
