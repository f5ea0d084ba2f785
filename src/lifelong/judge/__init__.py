"""The judge: how well forecasts did on the firm's own past."""
