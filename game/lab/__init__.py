"""Measuring: how well lines are understood, and what games say about models."""
