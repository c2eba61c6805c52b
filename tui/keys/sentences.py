"""Sentences that actions on different screens share: a key has one meaning everywhere."""

OPEN = "open what is selected: machine, bearing, pane in full, story of the alarm; or go to the event"

SCROLL = "scroll the story of the alarm; choose an event of the timeline"
