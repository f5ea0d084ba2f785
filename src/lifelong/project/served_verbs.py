"""What a page asks before it asks for answers: what the project holds, and its latest scores and test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.project.answers import Run as Done
    from lifelong.project.folder import Folder
    from lifelong.project.looking_up import Register
    from lifelong.project.runs import Run
    from lifelong.values import Leaderboard


class ServedVerbs:
    """The part of :class:`lifelong.Project` that a server's pages begin with."""

    _folder: Folder

    def holds(self) -> tuple[str, ...]:
        """Which kinds of data and results are there: orders, subscriptions, spend, touches, fits, scores, roster, backtests."""
        from lifelong.project.holding import holds

        return holds(self._folder)

    def before_forgetting(self) -> Mapping[str, Any]:
        """What forgetting somebody would rewrite and remove."""
        from lifelong.project.forgetting import ahead

        return ahead(self._folder)

    def demo(self) -> Done:
        """Bring sample data into this empty project and value them: CDNOW, or a simulated shop without a network.

        Raises:
            ConfigError: E522 where the project holds orders already.
        """
        from lifelong.project.demonstrating import into

        return into(self._folder)

    def scored(self) -> Run | None:
        """The latest scores with the words that define them; None where nothing was scored."""
        from lifelong.project import runs

        return runs.last(self._folder) if "scores" in self.holds() else None

    def register(self) -> Register | None:
        """The roster of the latest scores in memory, for many looks, where it was made; nothing is computed."""
        from lifelong.project import rostering
        from lifelong.project.looking_up import Register

        path = rostering.found(self._folder) if "scores" in self.holds() else None
        return Register(self._folder, rostering.read(path)) if path else None

    def tested(self) -> Leaderboard | None:
        """The latest back-test of the day of the latest scores; None where there is none."""
        from lifelong.project.holding import tested

        return tested(self._folder)
