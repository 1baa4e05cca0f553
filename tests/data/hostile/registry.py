"""What a case is: a file with one defect, and the verdict that it must get."""
import dataclasses


@dataclasses.dataclass
class Case:
    """`threat` is a number of the list in README.md. The content is bytes; or, for a folder, a dict of names and bytes
    of which `opens` is opened. `special` names what is no ordinary file: see make.py. `sparse` is (size, {offset: bytes}).
    Of a file that is refused `says` are parts of the message; of one that is accepted, parts of its description.
    """
    threat: int
    name: str
    status: str
    content: object
    says: tuple
    verify: bool = False
    limits: dict = dataclasses.field(default_factory=dict)
    opens: str = ""
    special: str = ""
    sparse: tuple = ()
    from_memory: str = ""  # another status for the same bytes in memory; "skip" where there are none

    @property
    def file(self):
        return f"{self.threat:02}-{self.name}"


STATUSES = ("OK", "CORRUPT", "LIMIT", "UNSUPPORTED", "IO", "NO_MEMORY")


class Registry:
    def __init__(self):
        self.cases = []

    def add(self, threat, name, status, content, *says, **options):
        if status not in STATUSES:
            raise ValueError(f"{name}: no such status: {status}")
        self.cases.append(Case(threat, name, status, content, says, **options))

    def adder(self, prefix, ending):
        """add() for one format: names get the prefix and the ending."""
        def add(threat, name, status, content, *says, **options):
            self.add(threat, f"{prefix}-{name}{ending}", status, content, *says, **options)
        return add
