"""Time passes and priorities choose: from a forecast to what happens on every day. Pure."""
