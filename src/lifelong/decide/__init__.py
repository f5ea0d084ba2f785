"""From what is known to what to do: plans with what they are expected to bring, and how sure that is."""
