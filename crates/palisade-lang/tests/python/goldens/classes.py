class Base:
    limit = 3
    names = [limit for _ in range(limit)]

    def __init__(self, cmd: Optional[p.Type]):
        self.cmd = cmd

    @property
    def shown(self):
        return self.cmd

    @staticmethod
    def plain(x):
        return x

    @classmethod
    def make(cls, x):
        return cls(x)


class Derived(Base, metaclass=Meta):
    def __init__(self, cmd):
        super().__init__(cmd)
        self.more = super().shown


@dataclass
class Order:
    id: str
    count: int = 0


class Model(BaseModel):
    id: int
    name: str


class Kind(str, Enum):
    ONE = "one"
