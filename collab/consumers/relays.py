"""What is passed on to the others in the room and kept nowhere."""

from __future__ import annotations

from typing import Any

from collab import messages
from collab.models import EnvironmentConfig
from pulse.realtime.frames import Frame, frame


def relayed(
    message: messages.ClientMessage, *, user_id: str, config: EnvironmentConfig, skip: str
) -> Frame | None:
    """The frame the others get, or None where the environment has the feature switched off.

    The sender never gets it back: the published client would draw a ghost of its own cursor.
    """
    made = _spelled(message, config)
    if made is None:
        return None
    shape, key = made
    shape = {"type": shape.pop("type"), "userId": user_id, **shape}
    return frame(shape, durable=False, key=f"{key}|{user_id}" if key else "", skip=skip)


def _spelled(
    message: messages.ClientMessage, config: EnvironmentConfig
) -> tuple[dict[str, Any], str] | None:
    match message:
        case messages.CursorMove() if config.show_cursors:
            return {"type": "cursor:move", "position": _pointer(message.position)}, "cursor"
        case messages.ClickPerform() if config.show_cursors:
            return {"type": "click:perform", "position": _pointer(message.position)}, ""
        case messages.ViewportUpdate():
            return {"type": "viewport:update", **_viewport(message)}, "viewport"
        case messages.SelectionUpdate():
            return {"type": "selection:update", "selection": _selection(message)}, "selection"
        case messages.TypingStart() if config.show_typing_indicators:
            thread_id = str(message.thread_id)
            return {"type": "typing:indicator", "threadId": thread_id}, f"typing|{thread_id}"
        case messages.DrawStroke() if config.allow_drawing:
            points = [{"x": point.x, "y": point.y} for point in message.points]
            shape = {"points": points, "color": message.color, "width": message.width}
            return {"type": "draw:stroke", **shape}, ""
        case messages.DrawClear() if config.allow_drawing:
            return {"type": "draw:clear"}, ""
        case _:
            return None


def _pointer(position: messages.Pointer) -> dict[str, float]:
    return {
        "x": position.x,
        "y": position.y,
        "pageX": position.page_x,
        "pageY": position.page_y,
    }


def _viewport(message: messages.ViewportUpdate) -> dict[str, float]:
    return {
        "scrollX": message.scroll_x,
        "scrollY": message.scroll_y,
        "viewportWidth": message.viewport_width,
        "viewportHeight": message.viewport_height,
        "pageWidth": message.page_width,
        "pageHeight": message.page_height,
    }


def _selection(message: messages.SelectionUpdate) -> dict[str, Any] | None:
    chosen = message.selection
    if chosen is None:
        return None
    return {
        "startSelector": chosen.start_selector,
        "startOffset": chosen.start_offset,
        "endSelector": chosen.end_selector,
        "endOffset": chosen.end_offset,
    }
