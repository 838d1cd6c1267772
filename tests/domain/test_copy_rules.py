"""Who may follow whom, and what names a leader: as a deployment and a person write it down."""

from __future__ import annotations

import pytest

from engine.domain.copy_rules import CopyAllow, CopyRules, Party, read_copy_rules
from engine.domain.copying import LeaderName, chain_of, fault_of
from engine.domain.errors import InvalidValue

MINE, ALSO_MINE = Party("paper-a", "ann", False), Party("paper-b", "ann", False)
THEIRS, LIVE = Party("paper-c", "bob", False), Party("live-a", "ann", True)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("", CopyRules()),
        ("none", CopyRules(CopyAllow.NONE)),
        ("same-account", CopyRules(CopyAllow.SAME_ACCOUNT)),
        ("same-user, bob>ann", CopyRules(pairs=(("bob", "ann"),))),
        ("bob>paper-a,x>y", CopyRules(pairs=(("bob", "paper-a"), ("x", "y")))),
    ],
)
def test_the_setting_is_a_level_and_pairs(text: str, rules: CopyRules) -> None:
    assert read_copy_rules(text) == rules
    assert read_copy_rules(text, "1").paper_to_live


@pytest.mark.parametrize(
    ("allow", "paper_to_live", "field", "says"),
    [
        ("everybody", "", "COPY_ALLOW", "'everybody' is none of none, same-account, same-user, and no pair"),
        ("a>", "", "COPY_ALLOW", "no pair follower>leader"),
        ("none,same-user", "", "COPY_ALLOW", "names two of none, same-account, same-user"),
        ("", "yes", "COPY_PAPER_TO_LIVE", "'yes' is neither 0 nor 1"),
    ],
)
def test_a_setting_that_says_nothing_sound_is_named(allow: str, paper_to_live: str, field: str, says: str) -> None:
    with pytest.raises(InvalidValue, match=says.replace(">", ">")) as refused:
        read_copy_rules(allow, paper_to_live)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("rules", "follower", "leader", "says"),
    [
        (CopyRules(), MINE, MINE, None),
        (CopyRules(), MINE, ALSO_MINE, None),
        (CopyRules(), MINE, THEIRS, "Leaders are followed within the same user's accounts only (COPY_ALLOW)"),
        (CopyRules(CopyAllow.SAME_ACCOUNT), MINE, ALSO_MINE, "Leaders are followed within the same account only"),
        (CopyRules(CopyAllow.NONE), MINE, MINE, "Nobody may be followed here (COPY_ALLOW)"),
        (CopyRules(pairs=(("ann", "bob"),)), MINE, THEIRS, None),
        (CopyRules(pairs=(("ann", "bob"),)), THEIRS, MINE, "Leaders are followed within"),
        (CopyRules(pairs=(("paper-a", "paper-c"),)), ALSO_MINE, THEIRS, "Leaders are followed within"),
        (CopyRules(), LIVE, MINE, "A live account follows no paper account here (COPY_PAPER_TO_LIVE)"),
        (CopyRules(paper_to_live=True), LIVE, MINE, None),
        (CopyRules(), MINE, LIVE, None),
    ],
)
def test_who_may_follow_whom(rules: CopyRules, follower: Party, leader: Party, says: str | None) -> None:
    refusal = rules.refusal(follower, leader)
    assert (refusal or "").startswith(says or "")
    assert (refusal is None) == (says is None)


@pytest.mark.parametrize(
    ("text", "account_id", "bot_id"),
    [("a-1", "", "a-1"), ("*", "", "*"), ("paper-b/a_1", "paper-b", "a_1"), ("paper-b/*", "paper-b", "*")],
)
def test_a_leader_is_a_bot_or_a_whole_account(text: str, account_id: str, bot_id: str) -> None:
    assert LeaderName.read(text) == LeaderName(account_id, bot_id)
    assert str(LeaderName.read(text)) == text


@pytest.mark.parametrize("text", ["", "/", "/a", "a/", "a/b/c", "a b", "**", "*/a"])
def test_what_names_no_leader_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="is no leader: bot, account/bot"):
        LeaderName.read(text)


def test_a_circle_that_a_bot_only_leads_into_is_found_too() -> None:
    links = {"a": "b", "b": "c", "c": "b"}
    follows = {LeaderName("", one): LeaderName("", other) for one, other in links.items()}
    chain = chain_of(LeaderName("", "a"), follows.get)
    assert fault_of(chain) == "b would follow itself, by way of c"
    assert fault_of(chain_of(LeaderName("", "d"), follows.get)) is None
