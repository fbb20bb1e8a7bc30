// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/client_context.hpp"
#include "balance/tls/reloader.hpp"
#include "handshake.hpp"

#include <filesystem>

using namespace sallyport;
using namespace sallyport::test;
namespace fs = std::filesystem;

namespace {

using ServerReloader = tls::Reloader<tls::ServerContext>;

/// A certificate and a key that a test puts others in place of.
struct Changing {
    TemporaryFolder folder;
    config::TlsServer config;

    Changing() {
        put("www-ec");
        config.certificates.push_back({path("pem"), path("key"), {}, 0});
    }
    [[nodiscard]] std::string path(const std::string& kind) const { return folder / ("live." + kind); }
    void put(const std::string& name) const {
        put(name, "pem");
        put(name, "key");
    }
    /// By renaming, as certbot and Kubernetes do.
    void put(const std::string& name, const std::string& kind) const {
        fs::copy_file(file(name + "." + kind), path(kind) + ".new", fs::copy_options::overwrite_existing);
        fs::rename(path(kind) + ".new", path(kind));
    }
    [[nodiscard]] Result<ServerReloader> start() const {
        return ServerReloader::start(tls::files_of(config),
                                     [config = config] { return tls::ServerContext::load(config, nullptr); });
    }
};

std::string shown(const ServerReloader& reloader) {
    return Handshake(any_client(), reloader.current()->accept()).shown();
}

std::string error_of(const config::TlsServer& config) {
    const auto loaded = tls::ServerContext::load(config, nullptr);
    return loaded ? "" : loaded.error().message;
}

} // namespace

TEST_CASE("new files bring a new context") {
    const Changing files;
    auto reloader = files.start();
    REQUIRE(reloader);
    CHECK(shown(*reloader) == "www-ec");
    CHECK_FALSE(reloader->poll().replaced);
    files.put("www-rsa");
    const auto outcome = reloader->poll();
    CHECK(outcome.replaced);
    CHECK(outcome.trouble.empty());
    CHECK(shown(*reloader) == "www-rsa");
    CHECK_FALSE(reloader->poll().replaced);
}

TEST_CASE("a certificate whose key has not come yet is not used until it has") {
    const Changing files;
    auto reloader = files.start();
    REQUIRE(reloader);
    files.put("www-rsa", "pem");
    const auto between = reloader->poll();
    CHECK_FALSE(between.replaced);
    CHECK(between.trouble ==
          "The key in " + files.path("key") + " is not that of the (first) certificate in " + files.path("pem"));
    CHECK(reloader->poll().trouble.empty()); // it is said once
    CHECK(shown(*reloader) == "www-ec");
    files.put("www-rsa", "key");
    CHECK(reloader->poll().replaced);
    CHECK(shown(*reloader) == "www-rsa");
}

TEST_CASE("files that are cut short, empty or gone keep the context so far") {
    const Changing files;
    auto reloader = files.start();
    REQUIRE(reloader);
    const auto size = fs::file_size(files.path("pem"));
    for (const std::uintmax_t part : {size - 30, size / 2}) {
        fs::resize_file(files.path("pem"), part);
        CHECK(error_of(files.config).starts_with("Not all certificates in " + files.path("pem") + " can be read: "));
        CHECK_FALSE(reloader->poll().replaced);
    }
    fs::resize_file(files.path("pem"), 0);
    CHECK(reloader->poll().trouble == "There is no certificate in PEM in " + files.path("pem"));
    fs::remove(files.path("pem"));
    CHECK(reloader->poll().trouble == files.path("pem") + " can not be read: No such file or directory");
    CHECK(shown(*reloader) == "www-ec");
    files.put("wild");
    CHECK(reloader->poll().replaced);
    CHECK(shown(*reloader) == "wild");
    fs::remove(files.path("key"));
    CHECK_FALSE(reloader->poll().trouble.empty());
}

TEST_CASE("what did not fit is tried again, even if no file looks different") {
    // As when a file was written twice within the file system's clock tick.
    const TemporaryFolder folder;
    int loads = 0;
    auto reloader = tls::Reloader<int>::start({folder / "file"}, [&loads]() -> Result<std::shared_ptr<const int>> {
        if (++loads == 2 || loads == 4) return failure("half-written");
        return std::make_shared<const int>(loads);
    });
    REQUIRE(reloader);
    CHECK_FALSE(reloader->poll().replaced);
    CHECK(loads == 1);
    std::ofstream(folder / "file") << "new";
    CHECK(reloader->poll().trouble == "half-written");
    CHECK(reloader->poll().replaced);
    CHECK(*reloader->current() == 3);
    CHECK_FALSE(reloader->poll().replaced);
    CHECK(loads == 3);
    std::ofstream(folder / "file") << "newer";
    CHECK(reloader->poll().trouble == "half-written"); // said again after a time of peace
}

TEST_CASE("a connection that began before a reload is not disturbed") {
    const Changing files;
    auto reloader = files.start();
    REQUIRE(reloader);
    Handshake handshake(any_client(), reloader->current()->accept());
    tls::Session begun = reloader->current()->accept();
    files.put("www-rsa");
    CHECK(reloader->poll().replaced);
    CHECK(handshake.carry(handshake.client.get(), handshake.server.get(), "still here") == "still here");
    CHECK(Handshake(any_client(), std::move(begun)).shown() == "www-ec");
}

TEST_CASE("a file is seen to change in place, and through a link to its folder") {
    const TemporaryFolder folder;
    fs::create_directory(folder / "a");
    fs::create_directory(folder / "b");
    for (const char* name : {"a/file", "b/file"})
        std::ofstream(folder / name) << "same";
    fs::create_directory_symlink("a", folder / "now");
    tls::WatchedFiles watched({folder / "now/file", folder / "absent"});
    CHECK_FALSE(watched.changed());
    fs::create_directory_symlink("b", folder / "new");
    fs::rename(folder / "new", folder / "now");
    CHECK(watched.changed());
    CHECK_FALSE(watched.changed());
    std::ofstream(folder / "b/file") << "longer";
    CHECK(watched.changed());
    std::ofstream(folder / "absent") << "";
    CHECK(watched.changed());
    fs::remove(folder / "absent");
    CHECK(watched.changed());
}

TEST_CASE("what is wrong with a file is told with its name") {
    const auto with = [](const std::string& pem, const std::string& key) {
        config::TlsServer config;
        config.certificates.push_back({file(pem), file(key), {}, 0});
        return error_of(config);
    };
    CHECK(with("none.pem", "www-ec.key") == file("none.pem") + " can not be read: No such file or directory");
    CHECK(with("", "www-ec.key") == file("") + " can not be read: it is no file");
    CHECK(with("ca.cnf", "www-ec.key") == "There is no certificate in PEM in " + file("ca.cnf"));
    CHECK(with("www-ec.pem", "www-ec.pem").starts_with("There is no private key in PEM in " + file("www-ec.pem")));
    CHECK(with("www-ec.pem", "encrypted.key") ==
          "The key in " + file("encrypted.key") + " is encrypted, and there is nobody to ask for its password");
    CHECK(with("www-ec.pem", "wild.key") ==
          "The key in " + file("wild.key") + " is not that of the (first) certificate in " + file("www-ec.pem"));

    config::TlsServer config = server({"www-ec"});
    config.mutual.mode = config::MutualTls::verify;
    config.mutual.trust_store = file("ca.cnf");
    CHECK(error_of(config) == "There is no certificate in PEM in " + file("ca.cnf"));
    config.mutual.trust_store = file("ca.pem");
    config.mutual.revocations = file("ca.pem");
    CHECK(error_of(config) == "There is no revocation list in PEM in " + file("ca.pem"));
}

TEST_CASE("a key that everybody may read and a certificate out of date are told of") {
    const Changing files;
    fs::permissions(files.path("key"), fs::perms::others_read, fs::perm_options::add);
    REQUIRE(load(files.config)->warnings().size() == 1);
    CHECK(load(files.config)->warnings()[0] ==
          "The key in " + files.path("key") + " may be read by every user of this machine");
    const auto old = load(server({"old"}));
    REQUIRE(old->warnings().size() == 1);
    CHECK(old->warnings()[0] ==
          "The certificate in " + file("old.pem") + " has expired: it was valid until 2021-01-01T00:00:00Z");
}

TEST_CASE("the files to watch are those that are read") {
    config::TlsServer config = server({"www-ec"});
    config.certificates.push_back(certificate("www-rsa", "www-rsa.ocsp"));
    config.mutual.trust_store = file("ca.pem");
    CHECK(tls::files_of(config) == std::vector<std::string>{file("www-ec.pem"), file("www-ec.key"), file("www-rsa.pem"),
                                                            file("www-rsa.key"), file("www-rsa.ocsp")});
    config.mutual.mode = config::MutualTls::verify;
    config.mutual.revocations = file("crl.pem");
    CHECK(tls::files_of(config).size() == 7);
    config::TlsClient client;
    CHECK(tls::files_of(client).empty());
    client.ca = file("ca.pem");
    client.certificate = file("good.pem");
    client.key = file("good.key");
    CHECK(tls::files_of(client) == std::vector<std::string>{file("ca.pem"), file("good.pem"), file("good.key")});
}
