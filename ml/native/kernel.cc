#include "kernel.h"

#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>
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

}  // namespace

int64_t elements(const Shape& shape) {
  int64_t product = 1;
  for (int64_t length : shape) product *= length;
  return product;
}

bool Attributes::flag(const char* name) const {
  Status status;
  TF_Bool value = 0;
  TF_OpKernelConstruction_GetAttrBool(construction_, name, &value, status.raw);
  if (!status.ok()) TF_OpKernelConstruction_Failure(construction_, status.raw);
  return value != 0;
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
