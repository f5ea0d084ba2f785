"""A client of the REST API: the verbs of a project that another program serves, without any further package.

>>> Client("http://127.0.0.1:8765", token="x")
<Client of http://127.0.0.1:8765>
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from lifelong.client.calling import asked, quoted
from lifelong.client.verbs import Verbs

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

__all__ = ["Client", "Wanted"]
#: So many customers a page.
PAGE = 1000


class Wanted(TypedDict, total=False):
    """Which customers, in which order."""

    sort: Literal["value", "alive", "orders", "historic", "total", "at_risk", "silent_days", "customer_id"]
    order: Literal["desc", "asc"]
    find: str
    alive_from: float
    alive_to: float
    value_from: float
    value_to: float
    silent_from: int
    silent_to: int


class Client(Verbs):
    """The verbs of a project that a server holds: each waits for its answer and returns what ``--json`` prints."""

    def customers(self, **wanted: Unpack[Wanted]) -> Iterator[dict[str, Any]]:
        """The scores of customers, sorted and filtered, a page at a time.

        Raises:
            AccessError: E543, where others were scored meanwhile; E503, where nobody was scored.
        """
        query: dict[str, Any] = {**wanted, "limit": PAGE}
        while True:
            page = self.json("GET", "/customers", query)
            yield from page["customers"]
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    def customers_table(self, **wanted: Unpack[Wanted]) -> pa.Table:
        """The same as one Arrow table. Raises as :meth:`customers` does."""
        import pyarrow as pa

        query: dict[str, Any] = {**wanted, "limit": PAGE}
        pages = []
        while True:
            accept = {"accept": "application/vnd.apache.arrow.stream"}
            _, headers, body = self.call("GET", f"/customers{asked(query)}", headers=accept)
            pages.append(pa.ipc.open_stream(body).read_all())
            if "next-cursor" not in headers:
                return pa.concat_tables(pages)
            query["cursor"] = headers["next-cursor"]

    def scores_of(self, name: str) -> dict[str, Any]:
        """The scores of one customer; E501 where there is none of that id."""
        return self.json("GET", f"/customers/{quoted(name)}")

    def verbs(self) -> list[dict[str, Any]]:
        """What the server can be asked, with arguments."""
        told: list[dict[str, Any]] = self.json("GET", "/verbs")["verbs"]
        return told

    def definitions(self) -> dict[str, dict[str, Any]]:
        """What every number means, by its key."""
        return {one["key"]: one for one in self.json("GET", "/definitions")["definitions"]}

    def jobs(self) -> Iterator[dict[str, Any]]:
        """The jobs of the server, the youngest first."""
        cursor = None
        while True:
            page = self.json("GET", "/jobs", {"cursor": cursor})
            yield from page["jobs"]
            cursor = page["next"]
            if cursor is None:
                return

    def job(self, name: str) -> dict[str, Any]:
        """One job, as it is now; E503 where there is none."""
        return self.json("GET", f"/jobs/{quoted(name)}")

    def cancel(self, name: str) -> dict[str, Any]:
        """Stop a job."""
        return self.json("POST", f"/jobs/{quoted(name)}/cancel")
