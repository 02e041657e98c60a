"""Sign-in: accounts are made by an admin, nobody signs up."""

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Keeps sign-up closed, and says in our words that a sign-in failed."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "This user name and password do not belong together.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
