"""What an operator does: acknowledge, note, shelve, take out of service, accept a baseline."""
