from labs.grader.fetching.address import Address
from labs.models import Connection


def address_of(connection: Connection) -> Address:
    address = connection.repository.address
    if address is None:
        raise ValueError("the practice remote is never connected")
    return address
