#include "kernel.h"

#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace consilium {

namespace {

class Status {
 public:
  Status() : raw(TF_NewStatus()) {}
  ~Status() { TF_DeleteStatus(raw); }
  bool ok() const { return TF_GetCode(raw) == TF_OK; }
  TF_Status* const raw;
};

// Below this many values a second thread costs more than it brings.
constexpr int64_t kValuesAThread = 65536;

int processors() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

// Blocks that a thread's kernels gave back, freed with the thread.
struct Pool {
  struct Block {
    size_t room;
    float* values;
  };
  std::vector<Block> blocks;
  ~Pool() {
    for (const Block& block : blocks) std::free(block.values);
  }
};
thread_local Pool pool;

constexpr size_t kAlignment = 64;  // a cache line, and the widest vector
constexpr size_t kKept = 1 << 22;  // larger blocks (16 MB) go back to the system
constexpr size_t kBlocksAThread = 8;

}  // namespace

Scratch::Scratch(size_t values) {
  if (values > 0) resize(values);
}

Scratch::~Scratch() {
  if (!values_) return;
  if (room_ <= kKept && pool.blocks.size() < kBlocksAThread) {
    pool.blocks.push_back({room_, values_});
  } else {
    std::free(values_);
  }
}

void Scratch::resize(size_t values) {
  if (values <= room_) return;
  if (!values_) {
    for (auto block = pool.blocks.begin(); block != pool.blocks.end(); ++block) {
      if (block->room < values) continue;
      room_ = block->room;
      values_ = block->values;
      pool.blocks.erase(block);
      return;
    }
  }
  std::free(values_);
  const size_t bytes = (values * sizeof(float) + kAlignment - 1) / kAlignment * kAlignment;
  values_ = static_cast<float*>(std::aligned_alloc(kAlignment, bytes));
  room_ = values_ ? bytes / sizeof(float) : 0;
  if (!values_) throw std::bad_alloc();
}

int64_t elements(const Shape& shape) {
  int64_t product = 1;
  for (int64_t length : shape) product *= length;
  return product;
}

float Attributes::number(const char* name) const {
  Status status;
  float value = 0;
  TF_OpKernelConstruction_GetAttrFloat(construction_, name, &value, status.raw);
  if (!status.ok()) TF_OpKernelConstruction_Failure(construction_, status.raw);
  return value;
}

int64_t Attributes::integer(const char* name) const {
  Status status;
  int64_t value = 0;
  TF_OpKernelConstruction_GetAttrInt64(construction_, name, &value, status.raw);
  if (!status.ok()) TF_OpKernelConstruction_Failure(construction_, status.raw);
  return value;
}

std::vector<int64_t> Attributes::integers(const char* name, int length) const {
  Status status;
  std::vector<int64_t> values(length);
  if (!expectLength(name, length)) return values;
  TF_OpKernelConstruction_GetAttrInt64List(construction_, name, values.data(), length, status.raw);
  if (!status.ok()) TF_OpKernelConstruction_Failure(construction_, status.raw);
  return values;
}

std::vector<float> Attributes::numbers(const char* name, int length) const {
  Status status;
  std::vector<float> values(length);
  if (!expectLength(name, length)) return values;
  TF_OpKernelConstruction_GetAttrFloatList(construction_, name, values.data(), length, status.raw);
  if (!status.ok()) TF_OpKernelConstruction_Failure(construction_, status.raw);
  return values;
}

bool Attributes::expectLength(const char* name, int length) const {
  Status status;
  int32_t given = 0, bytes = 0;
  TF_OpKernelConstruction_GetAttrSize(construction_, name, &given, &bytes, status.raw);
  if (status.ok() && given == length) return true;
  const std::string message = std::string(name) + ": a list of " + std::to_string(length) + " numbers is wanted";
  if (status.ok()) TF_SetStatus(status.raw, TF_INVALID_ARGUMENT, message.c_str());
  TF_OpKernelConstruction_Failure(construction_, status.raw);
  return false;
}

Wanted::Wanted(const Attributes& attributes) {
  const std::vector<int64_t> given = attributes.integers("wanted", 2);
  first = given[0] != 0, second = given[1] != 0;
}

Call::Call(TF_OpKernelContext* context) : context_(context) {
  Status status;
  tensors_.resize(TF_NumInputs(context), nullptr);
  for (size_t i = 0; i < tensors_.size(); ++i) TF_GetInput(context, static_cast<int>(i), &tensors_[i], status.raw);
}

Call::~Call() {
  for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
}

Shape Call::shape(int index) const {
  Shape shape(TF_NumDims(tensors_[index]));
  for (size_t i = 0; i < shape.size(); ++i) shape[i] = TF_Dim(tensors_[index], static_cast<int>(i));
  return shape;
}

float* Call::output(int index, const Shape& shape) {
  Status status;
  const size_t bytes = static_cast<size_t>(elements(shape)) * sizeof(float);
  TF_Tensor* tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes,
                                        status.raw);
  if (!status.ok()) {
    TF_OpKernelContext_Failure(context_, status.raw);
    return nullptr;
  }
  float* data = static_cast<float*>(TF_TensorData(tensor));
  TF_DeleteTensor(tensor);  // the context keeps its own reference
  return data;
}

void Call::fail(const std::string& message) {
  Status status;
  TF_SetStatus(status.raw, TF_INVALID_ARGUMENT, message.c_str());
  TF_OpKernelContext_Failure(context_, status.raw);
}

bool Call::expect(bool condition, const std::string& message) {
  if (!condition) fail(message);
  return condition;
}

void registerOp(const Signature& signature, void* (*create)(TF_OpKernelConstruction*),
                void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*)) {
  Status status;
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(signature.name);
  for (const char* attribute : signature.attributes) TF_OpDefinitionBuilderAddAttr(op, attribute);
  for (const char* input : signature.inputs) TF_OpDefinitionBuilderAddInput(op, input);
  for (const char* output : signature.outputs) TF_OpDefinitionBuilderAddOutput(op, output);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, [](TF_ShapeInferenceContext* context, TF_Status* result) {
    TF_ShapeInferenceContextSetUnknownShape(context, result);
  });
  TF_RegisterOpDefinition(op, status.raw);
  if (!status.ok()) throw std::runtime_error(TF_Message(status.raw));
  TF_KernelBuilder* kernel = TF_NewKernelBuilder(signature.name, "CPU", create, compute, destroy);
  TF_RegisterKernelBuilder(signature.name, kernel, status.raw);
  if (!status.ok()) throw std::runtime_error(TF_Message(status.raw));
}

int threadsFor(int64_t values) {
  return static_cast<int>(std::clamp<int64_t>(values / kValuesAThread, 1, processors()));
}

Part partOf(int64_t total, int thread, int threads) {
  return {total * thread / threads, total * (thread + 1) / threads};
}

}  // namespace consilium
