"""Where orders come from: a firm's files, and shops to try lifelong on."""
