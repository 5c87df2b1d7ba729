// Result<T>: a value, or the Error that explains why there is none. Reading the wrong side is an assertion.
#pragma once

#include "core/base/error.h"

#include <utility>
#include <variant>

namespace tollgate {

template <class T>
class [[nodiscard]] Result
{
public:
    Result(T value) : m_data(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_data(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return m_data.index() == 0; }
    explicit operator bool() const { return ok(); }
    const T &value() const & { return check(), *std::get_if<0>(&m_data); }
    T &value() & { return check(), *std::get_if<0>(&m_data); }
    T &&value() && { return check(), std::move(*std::get_if<0>(&m_data)); }
    const T &operator*() const & { return value(); }
    T &operator*() & { return value(); }
    const T *operator->() const { return &value(); }
    T *operator->() { return &value(); }
    const Error &error() const
    {
        Q_ASSERT(!ok());
        return *std::get_if<1>(&m_data);
    }

private:
    void check() const { Q_ASSERT(ok()); }
    std::variant<T, Error> m_data;
};

template <>
class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)), m_ok(false) {}

    bool ok() const { return m_ok; }
    explicit operator bool() const { return m_ok; }
    const Error &error() const
    {
        Q_ASSERT(!m_ok);
        return m_error;
    }

private:
    Error m_error;
    bool m_ok = true;
};

} // namespace tollgate
