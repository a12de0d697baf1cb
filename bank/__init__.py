"""The question bank: entries as frozen values, loaded from YAML, and the demos that back their claims."""

from bank.entry import LEVELS, Entry, Level, Question
from bank.errors import BankError, Problem, UnknownEntry
from bank.load import Bank, load_bank

__all__ = ["LEVELS", "Bank", "BankError", "Entry", "Level", "Problem", "Question", "UnknownEntry", "load_bank"]
