// Registers the kernels with TensorFlow when Node loads the addon. Load it after TensorFlow's own binding.
#include <node_api.h>

#include <exception>
#include <mutex>

#include "kernel.h"

namespace {

void registerAll() {
  consilium::registerAdd();
  consilium::registerBatchNorm();
  consilium::registerBatchNormGradient();
  consilium::registerAdam();
  consilium::registerConv();
  consilium::registerConvNorm();
  consilium::registerLayerNorm();
  consilium::registerGelu();
  consilium::registerAttention();
  consilium::registerDense();
  consilium::registerMaxPool();
  consilium::registerBce();
  consilium::registerJoinRelu();
  consilium::registerSigmoid();
  consilium::registerConcat();
  consilium::registerExpG();
  consilium::registerFuseVotes();
}

}  // namespace

NAPI_MODULE_INIT() {
  static std::once_flag once;  // TensorFlow's register is the process's, while each Node context loads the addon anew
  try {
    std::call_once(once, registerAll);
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
  return exports;
}
