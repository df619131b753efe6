# SPDX-License-Identifier: MIT
"""pawl in gdb: what each object is, who owns it, who waits, and where.

    (gdb) source tools/gdb/pawl_gdb.py
    (gdb) print lock
    $1 = <pawl_lock locked waiters=2 at 0x7f30c0de>
    (gdb) pawl locks        all that is waited for, and who waits
    (gdb) pawl waiters &lock

It reads the parking lot in memory and calls nothing in the program, so a core file will do. Of pawl it
needs one symbol, pawl__layout (src/process.h), which a release build has, and a stripped shared library.
The program needs debug information (-g) of the objects that it shows.
"""
import gdb

GOLDEN = 0x9E3779B97F4A7C15  # as in hash(), src/process.c
KINDS = ['lock', 'lock (notified)', 'semaphore', 'event', 'condition', 'barrier', 'rwlock shared',
         'rwlock exclusive', 'once', 'latch', 'filelock shared', 'filelock exclusive',
         'stop of another wait']  # enum pawl__wait_kind, src/waiter.h
FIELDS = ['bucket_bits', 'chain_bits', 'buckets', 'bucket_bytes', 'chains', 'next', 'chain', 'key',
          'fn', 'kind']  # struct pawl__layout, src/process.h


def read(address, kind):
    return int(gdb.Value(address).cast(kind.pointer()).dereference())


def read_pointer(address):
    return read(address, gdb.lookup_type('void').pointer())


class Layout:
    """pawl__layout: where the lot is, and where what is in it."""

    def __init__(self):
        try:
            address = int(gdb.parse_and_eval('&pawl__layout'))
        except gdb.error:
            raise gdb.GdbError('no symbol pawl__layout: pawl is not in this program, or it is stripped')
        self.block = read_pointer(address)
        word = gdb.lookup_type('unsigned int')
        at = address + gdb.lookup_type('void').pointer().sizeof
        count = read(at, word)
        if count < len(FIELDS):
            raise gdb.GdbError('pawl_gdb.py is newer than this pawl')
        for number, name in enumerate(FIELDS):
            setattr(self, name, read(at + 4 * (number + 1), word))


class Waiter:
    """A pawl_await in a queue, by its address."""

    def __init__(self, layout, address):
        self.layout, self.address = layout, address

    def pointer(self, offset):
        return read_pointer(self.address + offset)

    def key(self):
        return self.pointer(self.layout.key)

    def function(self):
        return gdb.Value(self.pointer(self.layout.fn)).cast(gdb.lookup_type('void').pointer())

    def kind(self):
        number = read(self.address + self.layout.kind, gdb.lookup_type('unsigned char'))
        return KINDS[number] if number < len(KINDS) else 'kind %d' % number

    def ring(self):
        """It and those behind it, which wait for the same."""
        at = self
        while True:
            yield at
            at = Waiter(self.layout, at.pointer(self.layout.next))
            if at.address == self.address:
                return


class Lot:
    """The parking lot of the program: the process's one, seen through the first copy of pawl."""

    def __init__(self):
        self.layout = Layout()
        self.block = read_pointer(self.layout.block)

    def firsts(self, bucket, chain):
        """The first waiters of the keys in a chain."""
        layout = self.layout
        at = read_pointer(self.block + layout.buckets + bucket * layout.bucket_bytes + layout.chains +
                          chain * gdb.lookup_type('void').pointer().sizeof)
        while at != 0:
            waiter = Waiter(layout, at)
            yield waiter
            at = waiter.pointer(layout.chain)

    def waiters(self, key):
        """The waiters for an address, oldest first."""
        if self.block == 0:
            return []
        spread = ((key >> 2) * GOLDEN) & (2 ** 64 - 1)
        bucket = spread >> (64 - self.layout.bucket_bits)
        chain = spread >> (64 - self.layout.bucket_bits - self.layout.chain_bits)
        for first in self.firsts(bucket, chain & (2 ** self.layout.chain_bits - 1)):
            if first.key() == key:
                return list(first.ring())
        return []

    def keys(self):
        """Each address that is waited for, with its waiters."""
        for bucket in range(0 if self.block == 0 else 2 ** self.layout.bucket_bits):
            for chain in range(2 ** self.layout.chain_bits):
                for first in self.firsts(bucket, chain):
                    yield first.key(), list(first.ring())


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
            if pointer <= waiter.address:
                found = thread
        return found


def remembered():
    """The selected thread's identity, or 0 if it has none, or cannot be read (a static program
    without libthread_db, or a Windows one, whose copy is found elsewhere)."""
    try:
        word = gdb.lookup_type('unsigned long long')
        return read(int(gdb.parse_and_eval('&pawl__remembered_word')), word)
    except gdb.error:
        return 0


def count_at(address, keys=1):
    lot = Lot()
    return sum(len(lot.waiters(address + at)) for at in range(keys))


def name_of(thread):
    return 'thread %d' % thread.num if thread is not None else 'a thread'


def describe_waiter(waiter, threads):
    if int(waiter.function()) == 0:
        return '%s, for: %s' % (name_of(threads.of_waiter(waiter)), waiter.kind())
    return 'task 0x%x, for: %s, resumes by %s' % (waiter.address, waiter.kind(), waiter.function())


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
        except gdb.GdbError:  # no lot: `pawl locks` says why
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
    keys = 2  # one writer, which waits for readers to leave, has the next address

    def words(self):
        state = self.field('state_')
        if state >= 8:
            return ' shared holders=%d' % (state >> 6)
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
