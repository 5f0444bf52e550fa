// A plugin for clang-tidy: checks walk through the declarations of this project only. Without it they walk
// through the standard library, Boost and everything else of the precompiled header again for every file,
// which takes most of their time. The interface is https://clang.llvm.org/docs/ClangPlugins.html, the call
// that limits the walk is clangd's.

#include <memory>
#include <string>
#include <vector>

#include <clang/AST/ASTConsumer.h>
#include <clang/AST/ASTContext.h>
#include <clang/AST/DeclGroup.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendAction.h>
#include <clang/Frontend/FrontendPluginRegistry.h>

namespace {

/// Collects what is declared outside of system headers. What comes from the precompiled header never reaches
/// it.
class OwnCode final : public clang::ASTConsumer {
 public:
  bool HandleTopLevelDecl(clang::DeclGroupRef group) override {
    declarations_.insert(declarations_.end(), group.begin(), group.end());
    return true;
  }

  void HandleTranslationUnit(clang::ASTContext& context) override {
    std::erase_if(declarations_, [&](const clang::Decl* declaration) {
      return context.getSourceManager().isInSystemHeader(declaration->getLocation());
    });
    context.setTraversalScope(declarations_);
  }

 private:
  std::vector<clang::Decl*> declarations_;
};

class OwnCodeAction final : public clang::PluginASTAction {
 protected:
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& /*instance*/,
                                                        llvm::StringRef /*file*/) override {
    return std::make_unique<OwnCode>();
  }
  bool ParseArgs(const clang::CompilerInstance& /*instance*/,
                 const std::vector<std::string>& /*arguments*/) override {
    return true;
  }
  /// Returns that it runs without being asked for, and before the checks.
  ActionType getActionType() override { return AddBeforeMainAction; }
};

const clang::FrontendPluginRegistry::Add<OwnCodeAction> kOwnCode("own-code",
                                                                 "limits a walk to this project's code");

}  // namespace
