/* SPDX-License-Identifier: MIT
 *
 * The classes of pawl.hpp, as safety.h has the C structs. Mistakes from 21 on are here.
 */
#include <pawl/pawl.hpp>

#ifndef MISTAKE
# define MISTAKE 0
#endif

namespace
{

class account
{
  public:
    void deposit(int amount)
    {
        lock_.acquire();
        balance_ += amount;
        lock_.release();
        PAWL_WITH(lock_.native()) {
            balance_ += amount;
        } PAWL_END
    }

    int withdraw(int amount)
    {
        if (!lock_.try_lock_for(std::chrono::milliseconds(1))) {
            return 0;
        }
        balance_ -= amount;
        lock_.unlock();
        PAWL_GUARD(lock_.native());
        return balance_;
    }

    int rate()
    {
        PAWL_GUARD_SHARED(rates_.native());
        return rate_;
    }

    void set_rate(int rate)
    {
        rates_.lock();
        rate_ = rate;
        rates_.downgrade();
        rate = rate_;
        rates_.unlock_shared();
        if (rates_.try_acquire_exclusive()) {
            rate_ = rate;
            rates_.release_exclusive();
        }
        if (!owner_.acquire_for(std::chrono::seconds(1))) {
            owner_of_it_ = rate;
            owner_.release();
        }
    }

    void permits()
    {
        permits_.acquire();
        permits_.acquire(); /* no mistake */
        permits_.release(2);
    }

  protected:
    pawl::lock lock_;
    pawl::rlock owner_;
    pawl::rwlock rates_;
    pawl::semaphore permits_{2};
    int balance_ PAWL_GUARDED_BY(lock_) = 0;
    int owner_of_it_ PAWL_GUARDED_BY(owner_) = 0;
    int rate_ PAWL_GUARDED_BY(rates_) = 0;
};

class guarded : public account
{
  public:
    int guards(int rate)
    {
        {
            pawl::guard hold(lock_);
            balance_ += rate;
        }
        {
            pawl::guard hold(owner_);
            owner_of_it_ = rate;
            pawl::guard both(rates_);
            rate_ = rate;
        }
        pawl::guard permit(permits_);
        pawl::shared_guard hold(rates_);
        return rate_;
    }
};

class mistaken : public guarded
{
  public:
    void mistake(int value)
    {
#if MISTAKE == 21 /* no unlock */
        lock_.lock();
        balance_ = value;
#elif MISTAKE == 22 /* without the lock */
        balance_ = value;
#elif MISTAKE == 23 /* twice */
        lock_.acquire();
        lock_.acquire();
        lock_.release();
#elif MISTAKE == 24 /* written while held shared */
        PAWL_GUARD_SHARED(rates_.native());
        rate_ = value;
#elif MISTAKE == 25 /* after the end of the scope */
        PAWL_WITH(lock_.native()) {
            balance_ = value;
        } PAWL_END
        balance_ = value;
#elif MISTAKE == 26 /* two scopes */
        PAWL_GUARD(lock_.native());
        PAWL_GUARD(lock_.native());
#elif MISTAKE == 27 /* the wrong way to release */
        rates_.lock_shared();
        rates_.unlock();
#elif MISTAKE == 28 /* a try that failed */
        if (!owner_.try_lock()) {
            owner_of_it_ = value;
            owner_.unlock();
        }
#elif MISTAKE == 29 /* after the end of the guard */
        {
            pawl::guard hold(lock_);
        }
        balance_ = value;
#elif MISTAKE == 30 /* written while guarded shared */
        pawl::shared_guard hold(rates_);
        rate_ = value;
#elif MISTAKE == 31 /* two guards */
        pawl::guard hold(lock_);
        pawl::guard again(lock_);
#endif
        (void)value;
    }
};

} // namespace

int main()
{
    mistaken mine;
    mine.deposit(1);
    mine.set_rate(2);
    mine.permits();
    mine.guards(4);
    mine.mistake(3);
    return mine.withdraw(1) + mine.rate();
}
