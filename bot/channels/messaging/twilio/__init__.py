"""Twilio: the webhook of SMS and WhatsApp, and a rendering for each."""
