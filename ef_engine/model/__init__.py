"""The words of the domain: accounts, budget items, memo rules, milestones, forecasts. Pure values, no I/O."""
