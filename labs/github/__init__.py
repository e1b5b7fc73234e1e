"""The connection with GitHub: webhooks, the App, answers on GitHub, and evidence for checks."""
