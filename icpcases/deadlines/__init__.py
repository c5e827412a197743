"""Calendar, clocks, turns and the recalculation of due dates."""
