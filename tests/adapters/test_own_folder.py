"""The service's own folder is made for its user alone, and one that somebody else has made is refused."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from engine.adapters.own_folder import own_folder
from engine.domain.errors import InvalidValue


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


OWNER, COMES = 4711, 4712  # users that no machine of ours has


def of_another(folder: Path) -> int:
    """Make a folder, or a link, somebody's that is neither root nor the user whose number is returned."""
    if os.geteuid() == 0:
        os.lchown(folder, OWNER, -1)
        return COMES
    return os.geteuid() + 1


def test_a_folder_that_is_made_is_its_users_alone(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        assert mode(own_folder(tmp_path / "states" / "lockstep")) == 0o700
    finally:
        os.umask(before)


@pytest.mark.parametrize(("was", "becomes"), [(0o700, 0o700), (0o755, 0o755), (0o775, 0o755), (0o777, 0o755)])
def test_what_is_ours_is_closed_to_whoever_else_may_write(tmp_path: Path, was: int, becomes: int) -> None:
    folder = tmp_path / "lockstep"
    folder.mkdir()
    folder.chmod(was)
    assert mode(own_folder(folder)) == becomes


def test_a_link_of_our_own_to_a_folder_of_our_own_is_as_good_as_it(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "lockstep").symlink_to(tmp_path / "elsewhere")
    assert own_folder(tmp_path / "lockstep") == tmp_path / "lockstep"


def test_a_file_in_its_place_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "lockstep").touch()
    with pytest.raises(OSError, match="exists"):
        own_folder(tmp_path / "lockstep")


def test_a_folder_that_another_user_has_made_before_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lockstep").mkdir()
    user = of_another(tmp_path / "lockstep")
    with pytest.raises(InvalidValue, match="lockstep belongs to another user of this machine"):
        own_folder(tmp_path / "lockstep", user=user)


def test_a_link_that_another_user_has_made_is_refused_wherever_it_leads(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "lockstep").symlink_to(tmp_path / "elsewhere")
    user = of_another(tmp_path / "lockstep")
    with pytest.raises(InvalidValue, match="is a link of another user"):
        own_folder(tmp_path / "lockstep", user=user)


def test_a_folder_for_everybody_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    folder.chmod(0o1777)
    with pytest.raises(InvalidValue, match="everybody may write to"):
        own_folder(folder)
    assert mode(folder) == 0o1777
