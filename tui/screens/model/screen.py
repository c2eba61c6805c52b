"""The model screen: baseline, acceptance, errors, training, layers and bundles."""

from functools import partial

from tui.data.frame import Frame
from tui.data.model_facts import ModelFacts, ModelLook
from tui.data.pictures import Album
from tui.data.view import Look
from tui.screens.model.bundles import baseline_lines, bundle_lines, layer_lines
from tui.screens.model.learning import error_lines, loss_lines, map_lines
from tui.screens.model.proposal import idle_actions
from tui.screens.paned import PanedScreen
from tui.screens.panel import Draw
from tui.screens.state import Shown


class ModelScreen(PanedScreen):
    """Panes about the model; accepting, switching and learning again need a second key."""

    PLACE = "model"
    PANES = ("baseline", "errors", "map", "training", "layers", "bundles")
    BESIDE = ("baseline", "errors", "map", "training")
    TEXTS = frozenset({"baseline", "layers", "bundles"})

    def __init__(self) -> None:
        """Start with the baseline."""
        super().__init__()
        self.chosen: str | None = None
        self._album = Album()

    def idle(self, shown: Shown) -> frozenset[str]:
        """Return the answers to a proposal where none stands."""
        return idle_actions(shown.frame)

    def look(self, frame: Frame, component: int) -> Look | None:
        """Return the look that reads the bundles and the pictures."""
        return ModelLook(self._album)

    def facts(self) -> ModelFacts | None:
        """Return the facts that were read last."""
        extra = self.shown.extra if self.shown is not None else None
        return extra if isinstance(extra, ModelFacts) else None

    def action_bundle(self) -> None:
        """Choose the next bundle, for a switch."""
        facts = self.facts()
        names = [one.name for one in facts.bundles] if facts is not None else []
        if names:
            place = names.index(self.chosen) + 1 if self.chosen in names else 0
            self.chosen = names[place % len(names)]
        self.action_pane("bundles")

    def drawing(self, name: str, shown: Shown, frame: Frame) -> Draw:
        """Return the function that draws a pane."""
        facts = self.facts()
        gallery = facts.gallery if facts is not None else None
        draws: dict[str, Draw] = {
            "baseline": partial(
                baseline_lines,
                glyphs=self.glyphs,
                frame=frame,
                facts=facts,
                zone=shown.zone,
                wall_zone=shown.wall_zone,
                key=shown.keymap.keys_of("accept"),
            ),
            "errors": partial(error_lines, glyphs=self.glyphs, frame=frame, component=shown.component),
            "map": partial(
                map_lines,
                glyphs=self.glyphs,
                frame=frame,
                gallery=gallery,
                component=shown.component,
                zone=shown.zone,
            ),
            "training": partial(loss_lines, glyphs=self.glyphs, epochs=frame.view.epochs),
            "layers": partial(layer_lines, glyphs=self.glyphs, facts=facts),
            "bundles": partial(
                bundle_lines, glyphs=self.glyphs, facts=facts, chosen=self.chosen, zone=shown.zone
            ),
        }
        return draws[name]

    def key(self, name: str, shown: Shown, frame: Frame) -> tuple[object, ...]:
        """Return the values that a pane depends on."""
        facts = self.facts()
        return (
            shown.component,
            shown.zone,
            frame.index if name in {"baseline", "errors", "map"} else 0,
            len(frame.view.events),
            len(frame.view.epochs),
            id(facts.gallery) if facts is not None and name == "map" else 0,
            (facts.bundles, facts.unreadable) if facts is not None else None,
            self.chosen,
        )
