"""What every model that runs inside this process shares: reading, keeping, choosing, scoring."""
