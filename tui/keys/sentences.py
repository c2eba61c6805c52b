"""Sentences that actions on different screens share: a key has one meaning everywhere."""

OPEN = "open what is selected: machine, bearing, pane in full, story of the alarm; or go to the event"

SCROLL = "scroll the story of the alarm; choose an event of the timeline"

ACKNOWLEDGE = "acknowledge the selected alarm, or the most urgent alarm of the selected bearing"

LISTING = "show the next list of alarms: active, shelved, history; of machines: machines, alarms of all"

SEARCH = "show only alarms, machines or slow sensors that contain the words you type"

NARROW = "show only a component, a priority or a state, or all again"
