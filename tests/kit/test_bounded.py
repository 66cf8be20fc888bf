"""Values are remembered up to a size: what was not asked for longest goes first."""

from __future__ import annotations

from app.kit.bounded import Bounded


def of_value(_: str, value: str) -> int:
    return len(value)


def test_what_was_not_asked_for_longest_goes_first() -> None:
    kept: Bounded[str, str] = Bounded(10, of_value)
    kept.keep([("a", "1234"), ("b", "1234")])
    assert kept.find(["a", "none"]) == {"a": "1234"}
    kept.keep([("c", "1234")])
    assert kept.find("abc") == {"a": "1234", "c": "1234"}


def test_one_value_is_counted_once_however_often_it_is_kept() -> None:
    kept: Bounded[str, str] = Bounded(10, of_value)
    for _ in range(5):
        kept.keep([("a", "1234")])
    kept.keep([("b", "123456")])
    assert kept.find("ab") == {"a": "1234", "b": "123456"}


def test_what_is_larger_than_all_room_is_not_remembered() -> None:
    kept: Bounded[str, str] = Bounded(3, of_value)
    kept.keep([("a", "1234")])
    assert kept.find("a") == {}
    kept.keep([("b", "123")])
    assert kept.find("b") == {"b": "123"}


def test_it_can_forget_everything() -> None:
    kept: Bounded[str, str] = Bounded(10, of_value)
    kept.keep([("a", "1234567890")])
    kept.clear()
    assert kept.find("a") == {}
    kept.keep([("b", "1234567890")])
    assert kept.find("b") == {"b": "1234567890"}


def test_keys_may_count_too() -> None:
    kept: Bounded[str, str] = Bounded(10, lambda key, value: len(key + value))
    kept.keep([("a", "1"), ("a long one", "")])
    assert kept.find(["a", "a long one"]) == {"a long one": ""}
    kept.keep([("b", "1")])
    assert kept.find(["a long one", "b"]) == {"b": "1"}
