"""What every screen of the dashboard has: the app as what it is, a way back, and the news of each snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, cast

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen, ScreenResultType

if TYPE_CHECKING:
    from ef_tui.app import EfApp
    from ef_tui.palette import Entry
    from ef_tui.snapshot import Snapshot


class EfScreen(Screen[None]):
    """A full screen; `SCOPE` is the name its keys are listed under.

    Keys have ids, so that the config file can move them; those of screens begin with its name.
    """

    SCOPE: ClassVar[str]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", show=False, id="back"),
        Binding("E", "choose_engine", "choose where forecasts run", id="engine"),
    ]

    @property
    def dashboard(self) -> EfApp:
        """The app, as what it is."""
        return cast("EfApp", self.app)

    def show(self, snapshot: Snapshot) -> None:
        """Is told of each new snapshot; most screens need none."""

    def say_command(self, text: str, style: str = "$muted") -> None:
        """Is told of the command that does what was just done here; the screens that have a line for it show it."""

    def offers(self) -> list[Entry]:
        """What the palette offers here beside commands."""
        return []

    def action_choose_engine(self) -> None:
        """Asks where forecasts shall run from now on."""
        from ef_tui.engine_choice import choose_engine

        choose_engine(self.dashboard)

    def action_back(self) -> None:
        """Returns to the screen before."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()


class Dialog(ModalScreen[ScreenResultType | None], Generic[ScreenResultType]):
    """A question over the screen it is about; esc takes it away, which is no answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", show=False)]

    @property
    def dashboard(self) -> EfApp:
        """The app, as what it is."""
        return cast("EfApp", self.app)

    def on_mount(self) -> None:
        """What was told before must not lie on what is asked now; called beside the `on_mount` of each dialog."""
        self.app.clear_notifications()
