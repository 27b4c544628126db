// A PKCS#11 module that wraps SoftHSM and does as a file orders, once for each order: "WHEN WHAT".
//
// WHEN: init, login, open, sign_init, sign, generate. WHAT: segfault, hang, print, close_sessions,
// logout, or a return value in hexadecimal; "after:" before it lets SoftHSM do its work first. The
// files are beside $SOFTHSM2_CONF: evil-orders (one line each, taken from the front) and evil-calls
// (one letter for each C_Login), so that the confinement allows both.
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

namespace {

CK_FUNCTION_LIST* real = nullptr;
CK_FUNCTION_LIST ours;
std::mutex mutex;

std::filesystem::path beside(const char* name) {
  return std::filesystem::path(std::getenv("SOFTHSM2_CONF")).parent_path() / name;
}

// The first order, if it is for now; it is then taken away.
std::string take_order(const std::string& when) {
  const std::lock_guard lock(mutex);
  std::ifstream in(beside("evil-orders"));
  std::string first;
  if (!std::getline(in, first) || !first.starts_with(when + " ")) return {};
  std::stringstream rest;
  rest << in.rdbuf();
  in.close();
  std::ofstream(beside("evil-orders")) << rest.str();
  return first.substr(when.size() + 1);
}

[[noreturn]] void hang() {
  while (true) pause();
}

// What is to be answered instead of the truth, or CKR_OK.
CK_RV obey(const std::string& order, CK_SESSION_HANDLE session) {
  if (order.empty()) return CKR_OK;
  if (order == "segfault") *static_cast<volatile int*>(nullptr) = 1;
  if (order == "hang") hang();
  if (order == "print") std::puts("a vendor's licence expires in 30 days");
  if (order == "leak") std::vector<char>(256U << 20, 'x').swap(*new std::vector<char>);
  if (order == "logout") real->C_Logout(session);
  CK_SESSION_INFO info{};
  if (order == "close_sessions" && real->C_GetSessionInfo(session, &info) == CKR_OK) {
    real->C_CloseAllSessions(info.slotID);
  }
  return order.starts_with("0x") ? std::stoul(order, nullptr, 16) : CKR_OK;
}

// Calls `truth` unless the order before it answers otherwise.
template <typename Call>
CK_RV call(const std::string& when, CK_SESSION_HANDLE session, Call truth) {
  const std::string order = take_order(when);
  const std::string after = "after:";
  if (order.starts_with(after)) {
    const CK_RV value = truth();
    const CK_RV instead = obey(order.substr(after.size()), session);
    return instead == CKR_OK ? value : instead;
  }
  const CK_RV instead = obey(order, session);
  return instead == CKR_OK ? truth() : instead;
}

CK_RV initialize(void* arguments) {
  return call("init", 0, [&] { return real->C_Initialize(arguments); });
}
CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify,
                   CK_SESSION_HANDLE* session) {
  return call("open", 0,
              [&] { return real->C_OpenSession(slot, flags, application, notify, session); });
}
CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR* pin, CK_ULONG size) {
  std::ofstream(beside("evil-calls"), std::ios::app) << 'L';
  return call("login", session, [&] { return real->C_Login(session, user, pin, size); });
}
CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
  return call("sign_init", session, [&] { return real->C_SignInit(session, mechanism, key); });
}
CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE* data, CK_ULONG data_size, CK_BYTE* signature,
           CK_ULONG* size) {
  return call("sign", session,
              [&] { return real->C_Sign(session, data, data_size, signature, size); });
}
CK_RV generate(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* public_half,
               CK_ULONG public_count, CK_ATTRIBUTE* private_half, CK_ULONG private_count,
               CK_OBJECT_HANDLE* public_key, CK_OBJECT_HANDLE* private_key) {
  return call("generate", session, [&] {
    return real->C_GenerateKeyPair(session, mechanism, public_half, public_count, private_half,
                                   private_count, public_key, private_key);
  });
}

}  // namespace

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(
    CK_FUNCTION_LIST** functions) {
  void* library = dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return CKR_GENERAL_ERROR;
  const auto get = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
  if (get == nullptr || get(&real) != CKR_OK) return CKR_GENERAL_ERROR;
  ours = *real;
  ours.C_GetFunctionList = C_GetFunctionList;
  ours.C_Initialize = initialize;
  ours.C_OpenSession = open_session;
  ours.C_Login = login;
  ours.C_SignInit = sign_init;
  ours.C_Sign = sign;
  ours.C_GenerateKeyPair = generate;
  *functions = &ours;
  return CKR_OK;
}
