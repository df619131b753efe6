/* SPDX-License-Identifier: MIT
 *
 * co_await for the objects of pawl.hpp, in C++20. pawl.hpp includes this where the compiler has
 * coroutines; C++17 does not see it.
 *
 *     co_await                                     is, when the coroutine goes on
 *     lock.acquire_await(where)                    std::unique_lock<pawl::lock>
 *     semaphore.acquire_await(where)               std::unique_lock<pawl::semaphore>
 *     rwlock.acquire_shared_await(where)           std::shared_lock<pawl::rwlock>
 *     rwlock.acquire_exclusive_await(where)        std::unique_lock<pawl::rwlock>
 *     event.wait_await(where)                      pawl_status, which may be ignored
 *     latch.wait_await(where)                      the same
 *     condition.wait_await(hold, where)            pawl::cv_status; hold holds the lock again
 *     barrier.wait_await(where, &index)            pawl_status: PAWL_OK or PAWL_BROKEN; or what the
 *                                                  barrier's action threw in this coroutine
 *
 * What is free is acquired without suspending, on the coroutine's current thread. A coroutine that
 * must wait joins the one queue of threads and tasks, and holds what it asked for before it is
 * resumed. The contract of each call is that of the C function of the same name, in await.h.
 *
 * `where` says how a suspended coroutine continues. It has no default, because the choice is one of
 * whose time the coroutine takes:
 *
 *     pawl::resume_inline    the thread that grants resumes it, inside its release, set, notify or
 *                            last arrival, after these have left every guard of pawl. Resumptions
 *                            do not nest, so chains need no stack; but that call returns only when
 *                            the chain ends, and two coroutines that keep passing a lock on never
 *                            end it. Until the coroutine suspends again the other coroutines that
 *                            this thread granted wait for it: it must not block for long, nor wait
 *                            for one of them.
 *     any where(handle)      yours: called in that place with the std::coroutine_handle<>, to pass
 *                            it to a scheduler, which resumes it once. Like fn in await.h it does
 *                            not throw, longjmp away or end its thread.
 *     another                a type with a member class `operation`, which then does the waiting:
 *                            pawl::on(loop) in <pawl/uv.h>. Its contract is that of
 *                            detail::called_operation, below.
 *
 * A where with a deadline may end the wait: then the std::unique_lock or shared_lock does not own,
 * and the other results are PAWL_TIMEOUT (a barrier is broken by it) or cv_status::timeout. If a
 * loop was closed, co_await throws std::system_error with operation_canceled (and ends the process
 * where exceptions are disabled). At a condition the lock is then not held, and the
 * std::unique_lock shows that. If a coroutine's promise lets an exception out of resume() while
 * pawl resumes it, the process ends.
 *
 * A coroutine may be destroyed while it waits: it withdraws, as by pawl_await_cancel. If it was
 * granted and not yet resumed, what it was granted is given back: the lock or permit is released to
 * the next waiter, and a notification is passed on. At a condition the std::unique_lock owns
 * nothing from the suspension on, so a destroyed coroutine does not release the lock it had let go.
 * A coroutine that passed the lock itself must not hold it by something that releases it when
 * destroyed.
 *
 *     destroyed                                     is
 *     while nobody can grant it at that moment      allowed, on any thread
 *     by a coroutine or callback on the thread      allowed: it will not be resumed, or passed to
 *         that granted it, before its turn          where
 *     after where(handle) was called, ordered       allowed: the scheduler must forget the handle,
 *         after that call                           which dangles
 *     while another thread may grant it at that     a data race, with resume_inline and a where of
 *         moment, or after that                     yours: at best the process ends with a message;
 *                                                   pawl::on(loop) allows it on the loop
 *     by a barrier's action, at that barrier, or    not allowed: it has been granted, or does not
 *         by a party of the same round              wait
 *
 * With pawl::on(loop), destroying a coroutine that another thread has just granted waits until that
 * thread has passed it to the loop: until the callbacks that it calls first, or the barrier's
 * action, have returned. So these must not wait for the loop, nor destroy what the loop's thread
 * has granted.
 *
 * An awaiter lives in the coroutine's frame, takes about 130 bytes there, cannot be moved, and is
 * awaited once. (gcc 12.2 miscompiles some conditions with a co_await in them, whatever is awaited:
 * store the result in a variable first.)
 * Nothing is allocated. Example:
 *
 *     #include <pawl/pawl.hpp>
 *
 *     static pawl::fair_lock lock;
 *     static int count;
 *
 *     my::task add_one() // a coroutine type of yours, or of your library's
 *     {
 *         auto hold = co_await lock.acquire_await(pawl::resume_inline);
 *         count++;
 *     } // released here, and by an exception
 */
#ifndef PAWL_PAWL_HPP
# include <pawl/pawl.hpp>
#elif !defined(PAWL_COROUTINE_HPP)
# define PAWL_COROUTINE_HPP

# include <pawl/await.h>

# include <concepts>
# include <coroutine>
# include <exception>
# include <functional>
# include <mutex>
# include <shared_mutex>
# include <system_error>
# include <utility>

namespace pawl
{

/* The where that resumes in place. */
struct resume_inline_t {
    void operator()(std::coroutine_handle<> waiting) const
    {
        waiting.resume();
    }
};
inline constexpr resume_inline_t resume_inline{};

/* What may be passed as `where`: something to call with the handle, or a type with an
 * `operation`. */
template <class Where>
concept calls_with_handle =
    std::move_constructible<Where> && std::invocable<Where &, std::coroutine_handle<>>;

template <class Where>
concept has_operation =
    std::move_constructible<Where> &&
    std::constructible_from<typename Where::operation, const Where &> &&
    requires(typename Where::operation &operation) {
        { operation.abandon() } -> std::same_as<pawl_status>;
    };

template <class Where>
concept where_to_resume = has_operation<Where> || calls_with_handle<Where>;

namespace detail
{

/* The end of a wait with a status that its result cannot express. */
[[noreturn]] inline void refuse_status(pawl_status status)
{
    std::errc code = std::errc::invalid_argument;
    if (status == PAWL_NOT_HELD) {
        refuse_wait();
    } else if (status == PAWL_CANCELLED) {
        code = std::errc::operation_canceled;
    } else if (status == PAWL_OVERFLOW) {
        code = std::errc::resource_unavailable_try_again; /* as std::shared_mutex has it */
    } else if (status == PAWL_NO_MEMORY) {
        code = std::errc::not_enough_memory;
    }
# if PAWL__EXCEPTIONS
    throw std::system_error(std::make_error_code(code), "pawl: co_await");
# else
    std::fprintf(stderr, "pawl: co_await: %s\n", pawl_status_name(status));
    (void)code;
    std::abort();
# endif
}

[[noreturn]] inline void refuse_race()
{
    std::fprintf(stderr, "pawl: a coroutine was destroyed while another thread resumes it\n");
    std::abort();
}

inline void never_called(pawl_await *, pawl_status)
{
}

/* Whether an operation was started in this process and not before a fork, by comparing its
 * generation with the generation of an operation that is started now. Costs a wait that is
 * cancelled, so it is for rare cases. */
PAWL__NO_ANALYSIS inline bool was_started_here(const pawl_await &op)
{
    pawl_lock held = PAWL_LOCK_INIT;
    pawl_await probe;
    pawl_lock_acquire(&held);
    pawl_await_init(&probe, never_called, nullptr);
    const bool pending = pawl_lock_acquire_await(&held, &probe) == PAWL_PENDING;
    const bool same = probe.generation_ == op.generation_;
    return pending && pawl_await_cancel(&probe) && same;
}

/* A C object that is initialised later, by its own call: until then its bytes are left alone. */
template <class Native> struct uninitialised : Native {
    uninitialised() noexcept
    {
    }
};

/* One wait, for a where that is called. It is also the pattern of every member class `operation`:
 * made from the where, which outlives it; started at most once at a time; never moved. */
class called_operation : immovable
{
  public:
    template <class Where> explicit called_operation(const Where &) : op_()
    {
    }

    /* begin(op) makes a call of await.h with the operation that it is given, and returns its
     * status. A wait at a condition passes its lock, for an operation that on a time-out has to
     * hold the lock again without a grant.
     *
     * Returns   PAWL_PENDING  ended(ctx, result) will be called once, where the coroutine is to
     *                         continue, unless abandon comes before; that may be on another thread,
     *                         and *this may be gone, before this returns
     *           else          ended will not be called; nothing was changed, except by PAWL_OK */
    template <class Begin>
    pawl_status start(Begin begin, void (*ended)(void *ctx, pawl_status result), void *ctx,
                      pawl_lock * = nullptr)
    {
        ended_ = ended;
        ctx_ = ctx;
        pawl_await_init(&op_, resume, this);
        return begin(&op_);
    }

    /* The coroutine is destroyed while it waits: ended will not be called.
     *
     * Returns   PAWL_CANCELLED  it was withdrawn and holds nothing
     *           else            it had been granted with this result: the caller owns what that
     *                           grants */
    pawl_status abandon()
    {
        if (pawl_await_cancel(&op_)) {
            return PAWL_CANCELLED;
        }
        if (pawl__await_take_back(&op_)) {
            return static_cast<pawl_status>(op_.outcome_);
        }
        if (was_started_here(op_)) {
            refuse_race();
        }
        return PAWL_CANCELLED; /* in a forked child all that was pending has ended */
    }

    /* Whether an operation that a condition notified and that was then abandoned owes its
     * notification to another waiter: others waited there that could have been notified instead. An
     * operation without this member always does. */
    [[nodiscard]] bool owes_notification() const
    {
        return op_.object_ != nullptr;
    }

  private:
    static void resume(pawl_await *op, pawl_status result)
    {
        auto *self = static_cast<called_operation *>(pawl_await_context(op));
        self->ended_(self->ctx_, result);
    }

    uninitialised<pawl_await> op_;
    void (*ended_)(void *ctx, pawl_status result) = nullptr;
    void *ctx_ = nullptr;
};

template <class Where> struct operation_for {
    using type = called_operation;
};
template <has_operation Where> struct operation_for<Where> {
    using type = typename Where::operation;
};

/* A wait by co_await: the Step says what, the Where's operation says how. A Step has
 *
 *     try_now()         whether it is free at once
 *     let_go()          before the wait is started: what the caller releases by it
 *     keep(status)      takes that back when the wait was refused, if it is still there
 *     begin(op)         the call of await.h
 *     held()            a condition's lock, or nullptr
 *     finish(status)    the result of co_await, or an exception
 *     give_back(status, owes_notification)
 *                       undoes what was granted with this status
 *     must_look         whether the result must not be ignored */
template <class Step, where_to_resume Where>
class [[nodiscard("without co_await nothing waits")]] awaiter : immovable
{
  public:
    awaiter(Step step, Where where)
        : step_(step), where_(std::move(where)), operation_(std::as_const(where_))
    {
    }

    ~awaiter()
    {
        if (phase_ == phase::waits) {
            give_back(operation_.abandon());
        } else if (phase_ == phase::granted) {
            give_back(status_);
        }
    }

    bool await_ready()
    {
        status_ = PAWL_OK;
        return step_.try_now();
    }

    /* Once the wait is pending the coroutine may be resumed, end and be destroyed, on another
     * thread and before start returns, so nothing here is touched then. It is out of line for clang
     * before 17, which keeps the locals of an inlined one in the frame and writes them afterwards:
     * https://github.com/llvm/llvm-project/issues/56301 */
    PAWL__COLD bool await_suspend(std::coroutine_handle<> waiting)
    {
        waiting_ = waiting;
        phase_ = phase::waits;
        step_.let_go();
        const pawl_status status = start();
        if (status == PAWL_PENDING) {
            return true;
        }
        phase_ = phase::idle;
        status_ = status;
        step_.keep(status);
        return false;
    }

    [[nodiscard("what was acquired is released at once")]] auto await_resume()
        requires(Step::must_look)
    {
        phase_ = phase::idle;
        return step_.finish(status_);
    }

    auto await_resume()
        requires(!Step::must_look)
    {
        phase_ = phase::idle;
        return step_.finish(status_);
    }

  private:
    enum class phase : unsigned char {
        idle,
        waits,
        granted /* and to be resumed */
    };

    pawl_status start()
    {
        auto begin = [this](pawl_await *op) { return step_.begin(op); };
        if constexpr (requires { operation_.start(begin, ended, this, step_.held()); }) {
            return operation_.start(begin, ended, this, step_.held());
        } else {
            return operation_.start(begin, ended, this);
        }
    }

    void give_back(pawl_status status)
    {
        if constexpr (requires { operation_.owes_notification(); }) {
            step_.give_back(status, operation_.owes_notification());
        } else {
            step_.give_back(status, true);
        }
    }

    /* The where is copied out first: when it is called the coroutine may continue at once, and
     * end. */
    static void ended(void *ctx, pawl_status result) noexcept
    {
        auto *self = static_cast<awaiter *>(ctx);
        self->status_ = result;
        self->phase_ = phase::granted;
        const std::coroutine_handle<> waiting = self->waiting_;
        if constexpr (has_operation<Where>) {
            waiting.resume();
        } else {
            Where where = std::move(self->where_);
            (void)std::invoke(where, waiting);
        }
    }

    Step step_;
    [[no_unique_address]] Where where_;
    typename operation_for<Where>::type operation_;
    std::coroutine_handle<> waiting_ = nullptr;
    pawl_status status_ = PAWL_OK;
    phase phase_ = phase::idle;
};

struct step {
    static constexpr bool must_look = true;

    void let_go()
    {
    }

    void keep(pawl_status)
    {
    }

    pawl_lock *held()
    {
        return nullptr;
    }

    void give_back(pawl_status, bool)
    {
    }
};

inline pawl_status begin_acquire(pawl_lock *lock, pawl_await *op)
{
    return pawl_lock_acquire_await(lock, op);
}

inline pawl_status begin_acquire(pawl_semaphore *semaphore, pawl_await *op)
{
    return pawl_semaphore_acquire_await(semaphore, op);
}

/* A std::unique_lock or std::shared_lock that owns, or after a time-out does not. */
template <class Hold, class Thing> Hold hold_after(pawl_status status, Thing &thing)
{
    if (status == PAWL_OK) {
        return Hold(thing, std::adopt_lock);
    }
    if (status != PAWL_TIMEOUT) {
        refuse_status(status);
    }
    return Hold(thing, std::defer_lock);
}

/* A lock or a semaphore. */
template <class Thing> struct acquiring : step {
    Thing *thing;

    explicit acquiring(Thing *thing_to_acquire) : thing(thing_to_acquire)
    {
    }

    bool try_now()
    {
        return thing->try_acquire();
    }

    pawl_status begin(pawl_await *op)
    {
        return begin_acquire(thing->native(), op);
    }

    std::unique_lock<Thing> finish(pawl_status status)
    {
        return hold_after<std::unique_lock<Thing>>(status, *thing);
    }

    PAWL__NO_ANALYSIS void give_back(pawl_status status, bool)
    {
        if (status == PAWL_OK) {
            thing->unlock();
        }
    }
};

template <class Rwlock> struct sharing : step {
    Rwlock *rwlock;

    explicit sharing(Rwlock *rwlock_to_share) : rwlock(rwlock_to_share)
    {
    }

    bool try_now()
    {
        return rwlock->try_acquire_shared();
    }

    pawl_status begin(pawl_await *op)
    {
        return pawl_rwlock_acquire_shared_await(rwlock->native(), op);
    }

    std::shared_lock<Rwlock> finish(pawl_status status)
    {
        return hold_after<std::shared_lock<Rwlock>>(status, *rwlock);
    }

    PAWL__NO_ANALYSIS void give_back(pawl_status status, bool)
    {
        if (status == PAWL_OK) {
            rwlock->unlock_shared();
        }
    }
};

template <class Rwlock> struct excluding : step {
    Rwlock *rwlock;

    explicit excluding(Rwlock *rwlock_to_own) : rwlock(rwlock_to_own)
    {
    }

    bool try_now()
    {
        return rwlock->try_acquire_exclusive();
    }

    pawl_status begin(pawl_await *op)
    {
        return pawl_rwlock_acquire_exclusive_await(rwlock->native(), op);
    }

    std::unique_lock<Rwlock> finish(pawl_status status)
    {
        return hold_after<std::unique_lock<Rwlock>>(status, *rwlock);
    }

    PAWL__NO_ANALYSIS void give_back(pawl_status status, bool)
    {
        if (status == PAWL_OK) {
            rwlock->unlock();
        }
    }
};

struct happening : step {
    static constexpr bool must_look = false;
    pawl_event *event;

    explicit happening(pawl_event *event_to_happen) : event(event_to_happen)
    {
    }

    bool try_now()
    {
        return pawl_event_is_set(event);
    }

    pawl_status begin(pawl_await *op)
    {
        return pawl_event_wait_await(event, op);
    }

    pawl_status finish(pawl_status status)
    {
        if (status != PAWL_OK && status != PAWL_TIMEOUT) {
            refuse_status(status);
        }
        return status;
    }
};

struct opening : step {
    static constexpr bool must_look = false;
    pawl_latch *latch;

    explicit opening(pawl_latch *latch_to_open) : latch(latch_to_open)
    {
    }

    bool try_now()
    {
        return pawl_latch_is_open(latch);
    }

    pawl_status begin(pawl_await *op)
    {
        return pawl_latch_wait_await(latch, op);
    }

    pawl_status finish(pawl_status status)
    {
        if (status != PAWL_OK && status != PAWL_TIMEOUT) {
            refuse_status(status);
        }
        return status;
    }
};

struct meeting : step {
    pawl_barrier *barrier;
    std::uint32_t *index;
    std::exception_ptr thrown{}; /* by the action, which this coroutine ran */

    meeting(pawl_barrier *place, std::uint32_t *index_to_write)
        : barrier(place), index(index_to_write)
    {
    }
    meeting(const meeting &) = default;
    meeting &operator=(const meeting &) = default;

    bool try_now()
    {
        return false;
    }

    /* When it is pending *this may be gone: then there is no action to run. */
    pawl_status begin(pawl_await *op)
    {
        pawl__round round;
        const pawl_status status = pawl__barrier_arrive_await(barrier, op, index, &round);
# if PAWL__EXCEPTIONS
        try {
            act(round);
        } catch (...) {
            thrown = std::current_exception();
        }
# else
        act(round);
# endif
        return status;
    }

    pawl_status finish(pawl_status status)
    {
        if (thrown != nullptr) {
            std::rethrow_exception(std::move(thrown));
        }
        if (status != PAWL_OK && status != PAWL_BROKEN && status != PAWL_TIMEOUT) {
            refuse_status(status);
        }
        return status;
    }
};

/* While a coroutine waits at a condition its std::unique_lock owns nothing: otherwise it would
 * release another thread's hold if the coroutine were destroyed. */
template <class Lock> void disown(std::unique_lock<Lock> &hold)
{
    Lock *lock = hold.release();
    hold = std::unique_lock<Lock>(*lock, std::defer_lock);
}

template <class Lock> void own(std::unique_lock<Lock> &hold)
{
    Lock *lock = hold.release();
    hold = std::unique_lock<Lock>(*lock, std::adopt_lock);
}

template <class Lock> void disown(Lock &)
{
}

template <class Lock> void own(Lock &)
{
}

template <class Hold> struct listening : step {
    static constexpr bool must_look = false;
    pawl_condition *condition;
    Hold *hold;
    pawl_lock *lock;

    listening(pawl_condition *condition_to_hear, Hold *held_for_it)
        : condition(condition_to_hear), hold(held_for_it), lock(held_by(*held_for_it))
    {
    }

    bool try_now()
    {
        return false;
    }

    void let_go()
    {
        disown(*hold);
    }

    /* On a loop that is closing the lock is not held, as when the loop is closed during the
     * wait. */
    PAWL__NO_ANALYSIS void keep(pawl_status status)
    {
        if (status == PAWL_CANCELLED) {
            pawl_lock_release(lock);
        } else if (status != PAWL_NOT_HELD) {
            own(*hold);
        }
    }

    PAWL__NO_ANALYSIS pawl_status begin(pawl_await *op)
    {
        return pawl_condition_wait_await(condition, lock, op);
    }

    pawl_lock *held()
    {
        return lock;
    }

    cv_status finish(pawl_status status)
    {
        if (status != PAWL_OK && status != PAWL_TIMEOUT) {
            refuse_status(status);
        }
        own(*hold);
        return status == PAWL_OK ? cv_status::no_timeout : cv_status::timeout;
    }

    /* In this order, because the next holder of the lock may free the condition. */
    PAWL__NO_ANALYSIS void give_back(pawl_status status, bool owes_notification)
    {
        if (status == PAWL_OK && owes_notification) {
            pawl_condition_notify(condition, 1);
        }
        if (status == PAWL_OK || status == PAWL_TIMEOUT) {
            pawl_lock_release(lock);
        }
    }
};

} // namespace detail

} // namespace pawl

#endif
