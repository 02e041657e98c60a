"""What uvicorn serves: Django behind the bounds of `reviewapp.front`, with answers that may wait.

An answer that waits costs a coroutine, not a thread: `reviewapp.waiting`.
"""

from django.conf import settings

from reviewapp.wsgi import application as django_application  # isort: skip - first: it sets Django up
from reviewapp.front import Front, Message, Receive, Rest, Scope, Send
from reviewapp.waiting import Watch, finish, may_wait


class WaitingFront(Front):
    """Keeps an answer back where the view says that it may wait."""

    watch: Watch | None = None

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> Rest | None:
        """Answer at once, or keep the answer and give it when the case is closed or the time is over."""
        if not may_wait(scope):
            return await super().answer(scope, receive, send)
        kept: list[Message] = []
        await super().answer(scope, receive, keep_in(kept))

        async def rest(gone: Receive) -> None:
            self.watch = self.watch or Watch()
            await finish(kept, scope.get("wait"), watch=self.watch, receive=gone, send=send)

        return rest


def keep_in(kept: list[Message]) -> Send:
    """A `send` that keeps an answer back."""

    async def send(message: Message) -> None:
        kept.append(message)

    return send


application = WaitingFront(django_application, threads=settings.WEB_THREADS)
