# SPDX-License-Identifier: MIT
"""pawl in gdb: what each object is, who owns it, who waits, and where.

    (gdb) source tools/gdb/pawl_gdb.py
    (gdb) print lock
    $1 = <pawl_lock locked waiters=2 at 0x7f30c0de>
    (gdb) pawl locks        all that is waited for, and who waits
    (gdb) pawl waiters &lock

It reads the parking lot (src/process.c) in memory and calls nothing in the program, so a core file will
do. It needs pawl's debug information (-g).
"""
import gdb

GOLDEN = 0x9E3779B97F4A7C15  # as in hash(), src/process.c
KINDS = ['lock', 'lock (notified)', 'semaphore', 'event', 'condition', 'barrier', 'rwlock shared',
         'rwlock exclusive', 'once', 'latch']  # enum pawl__wait_kind, src/waiter.h


class Lot:
    """The parking lot of the program: the process's one, seen through the first copy of pawl."""

    def __init__(self):
        symbol = gdb.lookup_static_symbol('shared_block')
        if symbol is None:
            raise gdb.GdbError('no debug information of src/process.c in this program')
        address = int(symbol.value())
        lot = gdb.lookup_type('struct block')
        self.buckets = None
        if address != 0:
            self.buckets = gdb.Value(address).cast(lot.pointer()).dereference()['buckets']
        bucket = lot['buckets'].type.target()
        self.bucket_bits = lot['buckets'].type.range()[1].bit_length()
        self.chain_bits = bucket['chains'].type.range()[1].bit_length()

    def waiters(self, key):
        """The waiters for an address, oldest first."""
        if self.buckets is None:
            return []
        spread = ((key >> 2) * GOLDEN) & (2 ** 64 - 1)
        bucket = self.buckets[spread >> (64 - self.bucket_bits)]
        chain = spread >> (64 - self.bucket_bits - self.chain_bits) & (2 ** self.chain_bits - 1)
        for ring in chain_of(bucket['chains'][chain]):
            if int(ring['key_']) == key:
                return list(ring_of(ring))
        return []

    def keys(self):
        """Each address that is waited for, with its waiters."""
        count = 0 if self.buckets is None else 2 ** self.bucket_bits
        for at in range(count):
            chains = self.buckets[at]['chains']
            for chain in range(2 ** self.chain_bits):
                for ring in chain_of(chains[chain]):
                    yield int(ring['key_']), list(ring_of(ring))


def chain_of(link):
    waiter = gdb.lookup_type('pawl_await').pointer()
    while int(link) != 0:
        first = link.cast(waiter)
        yield first
        link = first['chain_']


def ring_of(first):
    at = first
    while True:
        yield at
        at = at['next_']
        if int(at) == int(first):
            return


class Threads:
    """What only a look at each thread tells: where its stack is, and who it is to an rlock."""

    def __init__(self):
        self.stacks = []
        self.identities = {}
        process = gdb.selected_inferior()
        selected = gdb.selected_thread()
        frame = gdb.selected_frame() if selected is not None else None
        try:
            for thread in process.threads():
                thread.switch()
                top = gdb.newest_frame()
                self.stacks.append((int(top.read_register('sp')), thread))
                identity = remembered()
                if identity != 0:
                    self.identities[identity] = thread
        finally:
            if selected is not None:
                selected.switch()
                frame.select()
        self.stacks.sort(key=lambda stack: stack[0])

    def of_waiter(self, waiter):
        """A thread's waiter lies on its stack: above its stack pointer, below all others."""
        found = None
        for pointer, thread in self.stacks:
            if pointer <= int(waiter):
                found = thread
        return found


def remembered():
    """The selected thread's identity, or 0 if it has none, or cannot be read (a static program
    without libthread_db, or a Windows one, whose copy is found elsewhere)."""
    try:
        return int(gdb.parse_and_eval('pawl__remembered_word'))
    except gdb.error:
        return 0


def count_at(address, keys=1):
    lot = Lot()
    return sum(len(lot.waiters(address + at)) for at in range(keys))


def name_of(thread):
    return 'thread %d' % thread.num if thread is not None else 'a thread'


def describe_waiter(waiter, threads):
    kind = int(waiter['kind_'])
    name = KINDS[kind] if kind < len(KINDS) else 'kind %d' % kind
    if int(waiter['fn_']) == 0:
        return '%s, for: %s' % (name_of(threads.of_waiter(waiter)), name)
    return 'task 0x%x, for: %s, resumes by %s' % (int(waiter), name, waiter['fn_'])


class Printer:
    """One object, in the words of its describe()."""

    def __init__(self, value):
        self.value = value
        self.address = int(value.address) if value.address is not None else 0

    def to_string(self):
        words = self.words()
        waiters = '?'
        try:
            if self.address != 0:
                waiters = '%d' % count_at(self.address + self.offset(), self.keys)
        except gdb.GdbError:  # no debug information of the lot: `pawl locks` says so
            pass
        return '<%s%s waiters=%s at 0x%x>' % (self.name, words, waiters, self.address)

    keys = 1

    def offset(self):
        return 0

    def field(self, name):
        return int(self.value[name])


class Lock(Printer):
    name = 'pawl_lock'

    def words(self):
        state = self.field('state_')
        return (' fair' if state & 4 else '') + (' locked' if state & 1 else ' unlocked')


class RLock(Printer):
    name = 'pawl_rlock'

    def offset(self):
        return int(self.value['lock_'].address) - self.address

    def words(self):
        owner = self.field('owner_')
        if owner == 0:
            return ' locked' if int(self.value['lock_']['state_']) & 1 else ' unlocked'
        thread = Threads().identities.get(owner)
        who = name_of(thread) if thread is not None else 'identity %d' % owner
        return ' locked owner=%s depth=%d' % (who.replace(' ', '-'), self.field('depth_'))


class Semaphore(Printer):
    name = 'pawl_semaphore'

    def words(self):
        limit = self.field('limit_')
        return ' value=%d' % (self.field('state_') >> 1) + (' bound=%d' % (limit - 1) if limit else '')


class Condition(Printer):
    name = 'pawl_condition'

    def words(self):
        return ''


class Event(Printer):
    name = 'pawl_event'

    def words(self):
        return ' set' if self.field('state_') & 1 else ' unset'


class Latch(Printer):
    name = 'pawl_latch'

    def words(self):
        return ' count=%d' % (self.field('state_') >> 1)


class Barrier(Printer):
    name = 'pawl_barrier'

    def words(self):
        return (' broken' if self.field('broken_') else '') + ' parties=%d' % self.field('parties_')


class RWLock(Printer):
    name = 'pawl_rwlock'
    keys = 2  # readers wait under its address, writers under the next one

    def words(self):
        state = self.field('state_')
        if state >= 8:
            return ' shared holders=%d' % (state >> 3)
        return ' exclusive' if state & 1 else ' unlocked'


class Once(Printer):
    name = 'pawl_once'

    def words(self):
        state = self.field('state_')
        return ' fresh' if state == 0 else ' done' if state == 1 else ' running'


class Await(Printer):
    name = 'pawl_await'

    def to_string(self):
        key = self.field('key_')
        if key in (0, 1):  # 1: taken out of its queue, and not yet resumed
            state = 'idle' if key == 0 else 'granted'
        else:
            state = 'pending for: %s at 0x%x' % (KINDS[self.field('kind_')], key)
        return '<pawl_await %s, resumes by %s>' % (state, self.value['fn_'])


PRINTERS = {printer.name: printer for printer in
            (Lock, RLock, Semaphore, Condition, Event, Latch, Barrier, RWLock, Once, Await)}


def find_printer(value):
    kind = value.type.strip_typedefs().unqualified()
    printer = PRINTERS.get(kind.tag) if kind.code == gdb.TYPE_CODE_STRUCT else None
    return printer(value) if printer is not None else None


class Pawl(gdb.Command):
    """Look at what pawl's objects are waited for."""

    def __init__(self):
        super().__init__('pawl', gdb.COMMAND_DATA, prefix=True)


def print_waiters(waiters):
    threads = Threads()
    for waiter in waiters:
        print('    ' + describe_waiter(waiter, threads))


class PawlLocks(gdb.Command):
    """pawl locks: every address that is waited for, and who waits there, oldest first."""

    def __init__(self):
        super().__init__('pawl locks', gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        count = 0
        for key, waiters in Lot().keys():
            print(gdb.execute('info symbol 0x%x' % key, to_string=True).split(' in section')[0]
                  .replace('No symbol matches', '').strip().rstrip('.') + ' at 0x%x:' % key)
            print_waiters(waiters)
            count += len(waiters)
        print('%d waiting' % count)


class PawlWaiters(gdb.Command):
    """pawl waiters ADDRESS: who waits for one object, oldest first."""

    def __init__(self):
        super().__init__('pawl waiters', gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        value = gdb.parse_and_eval(argument)
        kind = value.type.strip_typedefs()
        if kind.code == gdb.TYPE_CODE_PTR:
            value = value.dereference()
        printer = find_printer(value)
        if printer is None or printer.address == 0:
            raise gdb.GdbError('pawl waiters: the address of a pawl object is needed')
        start = printer.address + printer.offset()
        for at in range(printer.keys):
            print_waiters(Lot().waiters(start + at))


gdb.pretty_printers.append(find_printer)
Pawl()
PawlLocks()
PawlWaiters()
