"""Values that a model's own field must take, before a row is made of them."""

from django.core.exceptions import ValidationError

from escalations.errors import Fault, Invalid
from escalations.models import Person, Sender


def need_legal(field: str, value: str, *, of: type[Sender] | type[Person]) -> None:
    """Raise Invalid unless the value is what the field takes."""
    try:
        of._meta.get_field(field).clean(value, None)
    except ValidationError as error:
        fault = Fault(f"/{field}", "invalid", " ".join(error.messages))
        raise Invalid(f"The {field} can not be used.", faults=[fault]) from None
