"""The cash wing: margins, value so far and present value. Arrays only."""
