// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/kernel_limits.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sys/resource.h>

namespace sallyport::balance {

Result<std::uint64_t> raise_descriptor_limit() {
    rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return failure(std::string("The limit of open files cannot be read: ") + std::strerror(errno));
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return failure(std::string("The limit of open files cannot be raised: ") + std::strerror(errno));
    return std::uint64_t{limit.rlim_cur};
}

Result<SynCookies> syn_cookies(const std::string& path) {
    std::ifstream file(path);
    int value = -1;
    if (!(file >> value) || value < 0 || value > 2) return failure(path + " does not say whether SYN cookies are on");
    return static_cast<SynCookies>(value);
}

} // namespace sallyport::balance
